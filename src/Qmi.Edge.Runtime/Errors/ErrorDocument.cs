using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>An error of the closed set on the wire, both ways: what is read and written again is the same.</summary>
public static class ErrorDocument
{
    private const int MostCauses = 8;
    private const int LongestViolation = 512;

    /// <summary>Writes an error as a JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, QmiException error)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(error);
        writer.WriteStartObject();
        writer.WriteString("code"u8, error.Code.GetWireName());
        writer.WriteNumber("status"u8, error.Code.GetStatus());
        writer.WriteString("message"u8, MessageOf(error));
        writer.WriteString("executed"u8, NameOf(error.Executed));
        writer.WriteString("retry"u8, error.RetryAfter is null ? "no"u8 : "after"u8);
        if (error.RetryAfter is { } retryAfter)
            writer.WriteNumber("retry_after_ms"u8, (long)Math.Ceiling(retryAfter.TotalMilliseconds));
        writer.WriteStartObject("details"u8);
        WriteDetails(writer, error);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Reads an error.</summary>
    /// <param name="error">An object that <see cref="Write"/> has written, perhaps a newer one: a code that is not known is <see cref="ErrorCode.Internal"/>, and the message says it.</param>
    public static QmiException Read(JsonElement error)
    {
        var name = GetText(error, "code") ?? "";
        var code = ErrorCodes.FromWireName(name);
        var message = GetText(error, "message") ?? name;
        var details = new Dictionary<string, object?>();
        IReadOnlyList<SchemaViolation> violations = [];
        RemoteException? cause = null;
        if (error.TryGetProperty("details"u8, out var given) && given.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in given.EnumerateObject())
            {
                if (member.NameEquals("errors"u8) && member.Value.ValueKind == JsonValueKind.Array)
                    violations = ReadViolations(member.Value);
                else if (member.NameEquals("chain"u8) && member.Value.ValueKind == JsonValueKind.Array)
                    cause = ReadCauses(member.Value);
                else if (!member.NameEquals("type"u8) && (!member.NameEquals("still_running"u8) || code != ErrorCode.Timeout))
                    details[member.Name] = ReadDetail(member.Value);
            }
        }

        return new QmiException(code ?? ErrorCode.Internal, code is null ? $"{name}: {message}" : message, ParseExecuted(GetText(error, "executed")), cause)
        {
            RetryAfter = error.TryGetProperty("retry_after_ms"u8, out var after) && after.ValueKind == JsonValueKind.Number && after.TryGetInt64(out var milliseconds) ? TimeSpan.FromMilliseconds(milliseconds) : null,
            Violations = violations,
            Details = details,
        };
    }

    /// <summary>Writes violations as a JSON array.</summary>
    public static void WriteViolations(Utf8JsonWriter writer, IReadOnlyList<SchemaViolation> violations)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(violations);
        writer.WriteStartArray();
        foreach (var violation in violations)
        {
            writer.WriteStartObject();
            writer.WriteString("path"u8, ErrorText.Shorten(violation.Path, LongestViolation));
            writer.WriteString("code"u8, violation.Code);
            writer.WriteString("message"u8, ErrorText.Shorten(violation.Message, LongestViolation));
            WriteRaw(writer, "limit"u8, violation.Limit);
            WriteRaw(writer, "got"u8, violation.Got);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>The message as it is sent: what is very long is cut.</summary>
    public static string MessageOf(QmiException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return ErrorText.Shorten(error.Message);
    }

    /// <summary>The name on the wire: <c>no</c>, <c>yes</c> or <c>unknown</c>.</summary>
    public static string NameOf(Executed executed) => executed switch
    {
        Executed.No => "no",
        Executed.Yes => "yes",
        _ => "unknown",
    };

    private static Executed ParseExecuted(string? name) => name switch
    {
        "no" => Executed.No,
        "yes" => Executed.Yes,
        _ => Executed.Unknown,
    };

    // The outermost first: "InvalidOperationException: no power".
    private static RemoteException? ReadCauses(JsonElement chain)
    {
        RemoteException? cause = null;
        foreach (var text in chain.EnumerateArray().Where(link => link.ValueKind == JsonValueKind.String).Select(link => link.GetString()!).Reverse())
        {
            var colon = text.IndexOf(": ", StringComparison.Ordinal);
            cause = colon < 0 ? new RemoteException("", text, cause) : new RemoteException(text[..colon], text[(colon + 2)..], cause);
        }

        return cause;
    }

    private static string? GetText(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Reads violations that <see cref="WriteViolations"/> has written.</summary>
    public static IReadOnlyList<SchemaViolation> ReadViolations(JsonElement errors) =>
    [
        .. errors.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object).Select(item => new SchemaViolation(
            GetText(item, "path") ?? "",
            GetText(item, "code") ?? "",
            GetText(item, "message") ?? "",
            item.TryGetProperty("limit"u8, out var limit) ? limit.GetRawText() : null,
            item.TryGetProperty("got"u8, out var got) ? got.GetRawText() : null)),
    ];

    private static object? ReadDetail(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when value.TryGetInt64(out var number) => number,
        JsonValueKind.Number when value.TryGetUInt64(out var number) => number,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => value.EnumerateArray().Select(item => item.GetString()!).ToArray(),
        _ => value.Clone(),
    };

    private static void WriteDetails(Utf8JsonWriter writer, QmiException error)
    {
        foreach (var (name, value) in error.Details)
        {
            writer.WritePropertyName(name);
            WriteDetail(writer, value);
        }

        if (error.Code == ErrorCode.Timeout)
            writer.WriteBoolean("still_running"u8, error.Executed != Executed.No);
        if (error.Violations.Count > 0)
        {
            writer.WritePropertyName("errors"u8);
            WriteViolations(writer, error.Violations);
        }

        // What the programmer's code or the instrument said; of our own checks the message says all.
        if (error is { Code: ErrorCode.TaskError or ErrorCode.DeviceError or ErrorCode.Internal, InnerException: { } cause })
            WriteCauses(writer, cause);
    }

    private static void WriteCauses(Utf8JsonWriter writer, Exception cause)
    {
        writer.WriteString("type"u8, TypeOf(cause));
        writer.WriteStartArray("chain"u8);
        for (var (current, count) = ((Exception?)cause, 0); current is not null && count < MostCauses; (current, count) = (current.InnerException, count + 1))
            writer.WriteStringValue($"{TypeOf(current)}: {ErrorText.Shorten(current.Message)}");
        writer.WriteEndArray();
    }

    // One that comes from elsewhere goes on under the name that it had there.
    private static string TypeOf(Exception exception) => exception is RemoteException { RemoteType: var type } ? type : exception.GetType().Name;

    private static void WriteDetail(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case ulong number:
                writer.WriteNumberValue(number);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case JsonElement json:
                json.WriteTo(writer);
                break;
            case IEnumerable<string> texts:
                writer.WriteStartArray();
                foreach (var text in texts)
                    writer.WriteStringValue(text);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }

    private static void WriteRaw(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? json)
    {
        if (json is null)
            return;
        writer.WritePropertyName(name);
        writer.WriteRawValue(json);
    }
}
