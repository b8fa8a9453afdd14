using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Reads values that their schema has accepted. A few are still no value of their type (month 13, bad base64, a number beyond 64 bits): those
/// too are the caller's mistake, told like any other.
/// </summary>
internal static class JsonReading
{
    /// <summary>Runs <paramref name="read"/>.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/>.</exception>
    public static T Read<T>(Func<JsonElement, T> read, JsonElement value, string subject)
    {
        try
        {
            return read(value);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or OverflowException)
        {
            var path = ToPointer((exception as JsonException)?.Path);
            var message = $"{(path.Length == 0 ? "The value" : path)} cannot be read: {FirstSentence(exception.Message)}.";
            throw new QmiException(ErrorCode.BadArgs, $"{subject}: {message}", exception) { Violations = [new SchemaViolation(path, "format", message)] };
        }
    }

    // The framework writes $.a[2].b, the contract /a/2/b.
    private static string ToPointer(string? path) => path is null or "$"
        ? ""
        : path[1..].Replace("['", ".", StringComparison.Ordinal).Replace("']", "", StringComparison.Ordinal)
            .Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Replace('.', '/');

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(" Path:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.', ' ');
    }
}
