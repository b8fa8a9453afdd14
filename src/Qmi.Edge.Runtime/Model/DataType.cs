using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Qmi.Edge.Runtime;

/// <summary>How values of <typeparamref name="T"/> look as JSON: the generator makes one for every type that crosses the box's border.</summary>
/// <param name="Json">Reads and writes values without reflection.</param>
/// <param name="Schema">What a valid value looks like.</param>
public sealed partial record DataType<T>(JsonTypeInfo<T> Json, Schema Schema)
{
    /// <summary>Reads a value after checking all of it.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/> with every violation.</exception>
    public T Read(JsonElement value, string subject)
    {
        SchemaViolations.ThrowIfAny(Schema.Validate(value), subject);
        return JsonReading.Read(Parse, value, subject);
    }

    /// <summary>Reads a value that was checked already.</summary>
    internal T Parse(JsonElement value) => value.Deserialize(Json)!;

    /// <summary>Writes a value.</summary>
    public void Write(Utf8JsonWriter writer, T value) => JsonSerializer.Serialize(writer, value, Json);

    /// <summary>A value as a JSON document of its own.</summary>
    public JsonElement ToElement(T value) => JsonSerializer.SerializeToElement(value, Json);
}

/// <summary>Turns violations into the one error that lists them.</summary>
public static class SchemaViolations
{
    /// <summary>Throws when there are violations.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/>.</exception>
    public static void ThrowIfAny(IReadOnlyList<SchemaViolation> violations, string subject)
    {
        if (violations.Count == 0)
            return;
        var message = violations.Count == 1
            ? $"{subject}: {violations[0].Message}"
            : $"{subject}: {violations.Count} errors: {string.Join(" ", violations.Select(violation => violation.Message))}";
        throw new QmiException(ErrorCode.BadArgs, message) { Violations = violations };
    }
}
