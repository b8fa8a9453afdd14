using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Qmi.Edge.Runtime;

/// <summary>How values of <typeparamref name="T"/> look as JSON: the generator makes one for every type that crosses the box's border.</summary>
/// <param name="Json">Reads and writes values without reflection.</param>
/// <param name="Schema">What a valid value looks like.</param>
public sealed partial record DataType<T>(JsonTypeInfo<T> Json, Schema Schema)
{
    /// <summary>Reads a value after checking all of it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="subject">What it is, for the message.</param>
    /// <param name="path">JSON Pointer of the value in the document that it is a part of; the violations are placed there.</param>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/> with every violation.</exception>
    public T Read(JsonElement value, string subject, string path = "")
    {
        SchemaViolations.ThrowIfAny(Schema.Validate(value, path), subject);
        try
        {
            return value.Deserialize(Json)!;
        }
        catch (Exception exception) when (JsonMembers.IsUnreadable(exception))
        {
            throw SchemaViolations.Unreadable(exception, subject, path);
        }
    }

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

    /// <summary>The error about a value that its schema accepts and its type cannot hold: the 31st of February, an integer beyond 64 bits.</summary>
    internal static QmiException Unreadable(Exception exception, string subject, string path = "")
    {
        // "$.a.b[2]", as the reader knows the place, is "/a/b/2".
        path += ((exception as JsonException)?.Path ?? "$")[1..].Replace('.', '/').Replace('[', '/').Replace("]", "", StringComparison.Ordinal);
        var reason = exception is JsonException { InnerException: { } inner } ? inner.Message : exception.Message;
        var message = $"{(path.Length == 0 ? "The value" : path)} cannot be read: {reason}";
        return new QmiException(ErrorCode.BadArgs, $"{subject}: {message}", exception) { Violations = [new(path, "format", message)] };
    }
}
