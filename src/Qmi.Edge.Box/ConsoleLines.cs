using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>
/// Log lines for whoever operates the box: when, how bad, what, in words. Errors of ours say all in their message; whatever else the
/// programmer's code throws is shown with the place where it was thrown.
/// </summary>
/// <param name="forJournal">The journal keeps times itself, and reads the severity of each line from its beginning.</param>
/// <param name="timeProvider">The clock of what is not for the journal.</param>
internal sealed class ConsoleLines(bool forJournal, TimeProvider timeProvider) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "qmi-edge";

    private const string OurCategories = "Qmi.Edge.";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var category = logEntry.Category.StartsWith(OurCategories, StringComparison.Ordinal) ? logEntry.Category[OurCategories.Length..] : logEntry.Category;
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (logEntry.Exception is { } exception)
            message = Describe(message, exception);
        var text = $"{category}[{logEntry.EventId.Id.ToString(CultureInfo.InvariantCulture)}]: {message}";
        var begin = forJournal
            ? $"<{Priority(logEntry.LogLevel)}>"
            : $"{timeProvider.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)} {Severity(logEntry.LogLevel)} ";
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            // In the journal every line is an entry of its own, and needs its severity.
            textWriter.Write(index == 0 || forJournal ? begin : "    ");
            textWriter.Write(lines[index].TrimEnd());
            textWriter.Write('\n');
        }
    }

    private static string Describe(string message, Exception exception)
    {
        var cause = exception;
        // Of code that is not ours, these tell only that it threw.
        while (cause is QmiException { Code: ErrorCode.TaskError or ErrorCode.Internal, InnerException: { } inner })
            cause = inner;
        if (cause is not QmiException)
            return $"{message}\n{cause}";
        return message.Contains(cause.Message, StringComparison.Ordinal) ? message : $"{message}: {cause.Message}";
    }

    private static string Severity(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info ",
        LogLevel.Warning => "warn ",
        LogLevel.Error => "error",
        _ => "crit ",
    };

    // As in syslog: 7 debug, 6 informational, 4 warning, 3 error, 2 critical.
    private static int Priority(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => 7,
        LogLevel.Information => 6,
        LogLevel.Warning => 4,
        LogLevel.Error => 3,
        _ => 2,
    };
}
