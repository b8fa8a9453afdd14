using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The JSON type a schema asks for.</summary>
public enum SchemaType
{
    /// <summary>Any value.</summary>
    Any,

    /// <summary>A JSON object.</summary>
    Object,

    /// <summary>A JSON array.</summary>
    Array,

    /// <summary>A JSON string.</summary>
    String,

    /// <summary>A JSON number.</summary>
    Number,

    /// <summary>A JSON number without a fraction.</summary>
    Integer,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>Only null: what a method without a result returns.</summary>
    Null,
}

/// <summary>
/// What a value must look like, as the part of JSON Schema 2020-12 that a C# record can express. Generated from records and attributes,
/// written into self-descriptions, and the one place where settings, arguments and configuration are checked.
/// </summary>
public sealed record Schema
{
    /// <summary>The JSON type.</summary>
    public required SchemaType Type { get; init; }

    /// <summary>Whether null is allowed as well.</summary>
    public bool Nullable { get; init; }

    /// <summary>What the value means, from the documentation comment.</summary>
    public string? Description { get; init; }

    /// <summary>UCUM-like unit, for example <c>K</c>, <c>mbar</c>, <c>s</c>.</summary>
    public string? Unit { get; init; }

    /// <summary>Smallest number allowed.</summary>
    public double? Minimum { get; init; }

    /// <summary>Largest number allowed.</summary>
    public double? Maximum { get; init; }

    /// <summary>Shortest string, in UTF-16 units, or fewest items allowed.</summary>
    public int? MinLength { get; init; }

    /// <summary>Longest string, in UTF-16 units, or most items allowed.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Regular expression that the string must match somewhere (anchor it to match the whole).</summary>
    public string? Pattern { get; init; }

    /// <summary>JSON Schema format of a string, for example <c>date-time</c>. An annotation.</summary>
    public string? Format { get; init; }

    /// <summary>The only strings allowed.</summary>
    public IReadOnlyList<string>? Enum { get; init; }

    /// <summary>What each item of an array must look like.</summary>
    public Schema? Items { get; init; }

    /// <summary>The members of an object, in order of declaration.</summary>
    public IReadOnlyList<SchemaProperty> Properties { get; init; } = [];

    /// <summary>What members of any other name must look like (a dictionary); null when other names are errors.</summary>
    public Schema? AdditionalProperties { get; init; }

    /// <summary>Never shown again once written: passwords, tokens.</summary>
    public bool WriteOnly { get; init; }

    /// <summary>What is used when the value is not given, as JSON.</summary>
    public string? Default { get; init; }

    /// <summary>The member of that name, or null.</summary>
    public SchemaProperty? FindProperty(string name)
    {
        // Asked for every member of every call: without the closure of a query.
        for (var index = 0; index < Properties.Count; index++)
        {
            if (Properties[index].Name == name)
                return Properties[index];
        }

        return null;
    }

    /// <summary>Every place where <paramref name="value"/> breaks this schema, and of very many the first; empty when it is valid.</summary>
    /// <param name="value">The value.</param>
    /// <param name="path">JSON Pointer of the value in the document that it is a part of; the violations are placed there.</param>
    public IReadOnlyList<SchemaViolation> Validate(JsonElement value, string path = "") => SchemaValidator.Validate(this, value, path);

    /// <summary>Writes this as JSON Schema 2020-12.</summary>
    public void WriteTo(Utf8JsonWriter writer) => SchemaWriter.Write(writer, this);

    /// <summary>The schema of what carries no information.</summary>
    public static Schema Nothing { get; } = new() { Type = SchemaType.Null };
}

/// <summary>A member of an object's schema.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Schema">What it must look like.</param>
/// <param name="Required">Whether it must be given.</param>
public sealed record SchemaProperty(string Name, Schema Schema, bool Required = false);
