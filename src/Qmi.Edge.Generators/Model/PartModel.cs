namespace Qmi.Edge.Generators;

/// <summary>The signals that a class declares itself, abstract ones included.</summary>
/// <param name="Place">The class.</param>
/// <param name="Properties">The properties to implement.</param>
internal sealed record SignalPart(ClassPlace Place, EquatableArray<SignalProperty> Properties);

/// <summary>A task runner without a constructor.</summary>
/// <param name="Place">The class.</param>
/// <param name="Accessibility">Of the constructor.</param>
internal sealed record RunnerPart(ClassPlace Place, string Accessibility);

/// <summary>A record whose JSON form hand-written code wants to use.</summary>
/// <param name="Place">The record.</param>
/// <param name="Type">Its JSON form.</param>
internal sealed record JsonRecordModel(ClassPlace Place, TypeUse Type);
