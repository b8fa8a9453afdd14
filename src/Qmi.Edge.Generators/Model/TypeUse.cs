namespace Qmi.Edge.Generators;

/// <summary>What kind of JSON a value is: which limits can be put on it.</summary>
internal enum Shape
{
    /// <summary>Nothing can be limited.</summary>
    Other,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A free text.</summary>
    Text,

    /// <summary>An array.</summary>
    Array,
}

/// <summary>A type that has a JSON form, as generated code refers to it.</summary>
/// <param name="CSharp">The type itself.</param>
/// <param name="DataType">The expression of its <c>DataType&lt;T&gt;</c>.</param>
/// <param name="Key">Identifies it among all types; a C# identifier.</param>
/// <param name="Shape">What kind of JSON it is.</param>
/// <param name="IsNullable">Whether null is a value of it.</param>
internal sealed record TypeUse(string CSharp, string DataType, string Key, Shape Shape, bool IsNullable)
{
    /// <summary>How the class that carries the types of this assembly refers to it: one of its own by its name alone.</summary>
    public string Local => DataType.EndsWith(".EdgeJson." + Key, StringComparison.Ordinal) ? Key : DataType;
}
