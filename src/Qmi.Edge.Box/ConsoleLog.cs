using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Qmi.Edge.Box;

/// <summary>The log on standard error: for the journal under systemd, for people otherwise.</summary>
internal static class ConsoleLog
{
    public static ILoggerFactory Create(LogLevel level)
    {
        // Set by systemd when it reads what we write.
        var forJournal = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null;
        return LoggerFactory.Create(logging =>
        {
            logging.SetMinimumLevel(level);
            logging.Services.AddSingleton<ConsoleFormatter>(new ConsoleLines(forJournal, TimeProvider.System));
            logging.AddConsole(console =>
            {
                console.LogToStandardErrorThreshold = LogLevel.Trace;
                console.FormatterName = ConsoleLines.FormatterName;
            });
        });
    }
}
