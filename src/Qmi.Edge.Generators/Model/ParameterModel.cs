namespace Qmi.Edge.Generators;

/// <summary>A parameter of an RPC method or of a constructor.</summary>
/// <param name="Name">Its name in C#, escaped where it is a keyword.</param>
/// <param name="Wire">Its name on the wire.</param>
/// <param name="CSharp">Its type.</param>
/// <param name="Value">Its JSON form; null for another object of the box.</param>
/// <param name="Fallback">The value when it is not given, as C#; null when it must be given.</param>
/// <param name="Default">The default that the parameter declares, as C#; null when it declares none.</param>
/// <param name="Notes">What the schema says about it.</param>
internal sealed record ParameterModel(string Name, string Wire, string CSharp, TypeUse? Value, string? Fallback, string? Default, SchemaNotes Notes)
{
    /// <summary>The parameter as it is declared.</summary>
    public string Declaration => Default is null ? $"{CSharp} {Name}" : $"{CSharp} {Name} = {Default}";
}
