using System.ComponentModel;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>For generated code: walks the members of a JSON object.</summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public static class JsonMembers
{
    /// <summary>Throws unless the reader stands at the beginning of an object.</summary>
    public static void Begin(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object is expected.");
    }

    /// <summary>Goes from the beginning of an object, or from the end of a member's value, to the next member; false at the end of the object.</summary>
    public static bool MoveNext(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName;
    }

    /// <summary>Passes over a member that nobody knows: whether it is allowed is the schema's business.</summary>
    public static bool Skip(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return true;
    }

    /// <summary>Whether a reader or converter throws this about a value that it cannot read.</summary>
    internal static bool IsUnreadable(Exception exception) => exception is JsonException or FormatException or InvalidOperationException or OverflowException;

    /// <summary>The error about a value inside a larger one, with the way to it.</summary>
    internal static JsonException Unreadable(string step, Exception exception)
    {
        // The innermost exception says why; the paths of those around it only grow.
        var cause = exception is JsonException { InnerException: { } inner } ? inner : exception;
        var path = "$" + step + ((exception as JsonException)?.Path ?? "$")[1..];
        return new JsonException($"{path}: {cause.Message}", path, null, null, cause);
    }
}
