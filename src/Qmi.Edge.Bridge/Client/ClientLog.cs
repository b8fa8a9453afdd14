using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Bridge;

/// <summary>What a client says beside what it throws.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(2604, LogLevel.Debug, "Nobody waits for {Id} any more, and {Box} could not end it: {Reason}")]
    public static partial void NotCancelled(this ILogger logger, string id, string box, string reason);

    [LoggerMessage(2605, LogLevel.Warning, "Settings revision {Revision} of {Task} in {Box}: its outcome was missed while the connection was away")]
    public static partial void OutcomeMissed(this ILogger logger, long revision, string task, string box);

    [LoggerMessage(2606, LogLevel.Information, "What was missed of {Signal} of {Object} in {Box} could not be fetched, and counts as lost: {Reason}")]
    public static partial void NotRefilled(this ILogger logger, string signal, string @object, string box, string reason);
}
