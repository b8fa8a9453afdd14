using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>Turns what the instrument programmer's code throws into the closed set.</summary>
internal static partial class RpcErrors
{
    /// <summary>Whether the exception is not yet one of ours.</summary>
    public static bool IsForeign(Exception exception) => exception is not (QmiException or TaskStopException);

    /// <summary>The error a caller sees, and a line in the object's log for whoever has to mend it.</summary>
    public static QmiException Wrap(RpcObject target, string method, Exception exception)
    {
        if (exception is OperationCanceledException)
            return new QmiException(ErrorCode.Cancelled, $"{target.Name}.{method} was cancelled while it ran.", exception);
        LogThrew(target.Logger, method, exception);
        return new QmiException(ErrorCode.TaskError, $"{target.Name}.{method} threw {exception.GetType().Name}: {exception.Message}", exception);
    }

    [LoggerMessage(1001, LogLevel.Warning, "{Method} threw")]
    private static partial void LogThrew(ILogger logger, string method, Exception exception);
}
