namespace Qmi.Edge.Runtime;

/// <summary>The unit of a value, shown wherever the value is described, for example <c>[Unit("K")]</c>.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter | AttributeTargets.ReturnValue)]
public sealed class UnitAttribute(string unit) : Attribute
{
    /// <summary>UCUM-like symbol.</summary>
    public string Unit { get; } = unit;
}

/// <summary>The value is never shown again once written (passwords, tokens): <c>writeOnly</c> in the schema.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class SecretAttribute : Attribute;

/// <summary>Makes the generator emit JSON and schema for a record that no task or instrument mentions: <c>XJson.DataType</c> beside record X.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class JsonRecordAttribute : Attribute;

/// <summary>Names a task or instrument type in <c>box.json</c>; without it the name is the class name in snake_case.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TypeNameAttribute(string name) : Attribute
{
    /// <summary>The name, by the rules of <see cref="ObjectName"/>.</summary>
    public string Name { get; } = name;
}
