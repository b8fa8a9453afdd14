using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Qmi.Edge.Box;

/// <summary>The log on standard error: for the journal under systemd, for people otherwise.</summary>
internal static class ConsoleLog
{
    public static ILoggerFactory Create(LogLevel level) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(level);
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        // Set by systemd when it reads what we write.
        if (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null)
            logging.AddSystemdConsole();
        else
            logging.AddSimpleConsole(Simple);
    });

    private static void Simple(SimpleConsoleFormatterOptions options)
    {
        options.SingleLine = true;
        options.UseUtcTimestamp = true;
        options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
    }
}
