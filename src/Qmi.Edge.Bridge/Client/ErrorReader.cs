using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Reads the errors that <see cref="ReplyWriter"/> writes: the caller gets the exception that it would have got in the box's own process.</summary>
internal static class ErrorReader
{
    // They become members of their own.
    private static readonly string[] Mapped = ["errors", "type", "chain"];

    /// <summary>The exception of an error as a reply has it.</summary>
    public static QmiException Read(JsonElement error, string target)
    {
        var details = error.TryGetProperty("details", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
        var cause = ReadCause(details);
        if (Text(error, "code") == ErrorCode.TaskError.GetWireName() && cause is not null && TaskStateDocument.FindPhase(Text(details, "phase")) is { } phase)
            return phase == TaskPhase.Init ? new TaskInitException(target, cause) : new TaskRunException(target, new TaskFailure(cause, phase, Time(details, "at")));

        var code = ReadCode(Text(error, "code"));
        return new QmiException(code, Text(error, "message") ?? code.GetWireName(), ReadExecuted(Text(error, "executed"), code), cause)
        {
            RetryAfter = error.TryGetProperty("retry_after_ms", out var after) && after.ValueKind == JsonValueKind.Number && after.TryGetInt64(out var milliseconds) ? TimeSpan.FromMilliseconds(milliseconds) : null,
            Violations = details.ValueKind == JsonValueKind.Object && details.TryGetProperty("errors", out var errors) ? ReadViolations(errors) : [],
            Details = ReadDetails(details),
        };
    }

    /// <summary>The code of a wire name; one that this program does not know is a defect somewhere.</summary>
    public static ErrorCode ReadCode(string? name) => name is null ? ErrorCode.Internal : ErrorCodes.FromWireName(name) ?? ErrorCode.Internal;

    /// <summary>Violations as <see cref="ReplyWriter.WriteViolations"/> writes them.</summary>
    public static IReadOnlyList<SchemaViolation> ReadViolations(JsonElement errors) => errors.ValueKind != JsonValueKind.Array
        ? []
        : [.. errors.EnumerateArray().Where(error => error.ValueKind == JsonValueKind.Object).Select(error =>
            new SchemaViolation(Text(error, "path") ?? "", Text(error, "code") ?? "", Text(error, "message") ?? "", Raw(error, "limit"), Raw(error, "got")))];

    /// <summary>Whether the work happened, as a document says.</summary>
    public static Executed ReadExecuted(string? name, ErrorCode code) => name switch
    {
        "no" => Executed.No,
        "yes" => Executed.Yes,
        "unknown" => Executed.Unknown,
        _ => code.GetExecuted(),
    };

    /// <summary>A text member, or null.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset Time(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time) ? time : default;

    private static string? Raw(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetRawText() : null;

    // "InvalidOperationException: no power", the outermost first.
    private static RemoteException? ReadCause(JsonElement details)
    {
        if (details.ValueKind != JsonValueKind.Object || !details.TryGetProperty("chain", out var chain) || chain.ValueKind != JsonValueKind.Array)
            return null;
        RemoteException? cause = null;
        foreach (var text in chain.EnumerateArray().Reverse().Select(link => link.ValueKind == JsonValueKind.String ? link.GetString()! : link.GetRawText()))
        {
            var colon = text.IndexOf(": ", StringComparison.Ordinal);
            cause = colon < 0 ? new RemoteException("", text, cause) : new RemoteException(text[..colon], text[(colon + 2)..], cause);
        }

        return cause;
    }

    private static Dictionary<string, object?> ReadDetails(JsonElement details)
    {
        var read = new Dictionary<string, object?>();
        if (details.ValueKind != JsonValueKind.Object)
            return read;
        foreach (var member in details.EnumerateObject())
        {
            if (!Mapped.Contains(member.Name))
                read[member.Name] = ReadDetail(member.Value);
        }

        return read;
    }

    private static object? ReadDetail(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? (object)whole : value.TryGetUInt64(out var large) ? large : value.GetDouble(),
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => value.EnumerateArray().Select(item => item.GetString()!).ToArray(),
        _ => value.GetRawText(),
    };
}
