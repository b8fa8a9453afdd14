namespace Qmi.Edge.Generators;

/// <summary>A declared signal.</summary>
/// <param name="Name">Its property.</param>
/// <param name="Wire">Its name on the wire.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Reliable">Whether the bridge sends it with QoS 1.</param>
/// <param name="Binary">Whether the bridge sends it as CBOR.</param>
/// <param name="Capacity">How many values may wait; null = the default.</param>
/// <param name="Docs">Its documentation.</param>
internal sealed record SignalModel(string Name, string Wire, TypeUse Type, bool Reliable, bool Binary, int? Capacity, Docs Docs);

/// <summary>A partial property that the generator implements.</summary>
/// <param name="Name">The property.</param>
/// <param name="Wire">The signal's name on the wire.</param>
/// <param name="ValueCSharp">The type of its values.</param>
/// <param name="Modifiers">Its modifiers, <c>partial</c> last.</param>
internal sealed record SignalProperty(string Name, string Wire, string ValueCSharp, string Modifiers);
