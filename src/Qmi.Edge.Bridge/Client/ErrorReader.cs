using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Reads the errors of replies: the caller gets the exception that it would have got in the box's own process.</summary>
internal static class ErrorReader
{
    /// <summary>The exception of an error as a reply has it.</summary>
    public static QmiException Read(JsonElement error, string target)
    {
        var read = ErrorDocument.Read(error);
        if (read is not { Code: ErrorCode.TaskError, InnerException: { } cause } || TaskStateDocument.FindPhase(read.Details.GetValueOrDefault("phase") as string) is not { } phase)
            return read;
        return phase == TaskPhase.Init ? new TaskInitException(target, cause) : new TaskRunException(target, new TaskFailure(cause, phase, ReadTime(read.Details.GetValueOrDefault("at"))));
    }

    /// <summary>A text member, or null.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset ReadTime(object? at) =>
        DateTimeOffset.TryParse(at as string, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.RoundtripKind, out var time) ? time : default;
}
