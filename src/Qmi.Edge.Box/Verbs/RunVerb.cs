using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Box;

/// <summary><c>run box.json</c>: runs the box until SIGTERM or SIGINT.</summary>
internal static partial class RunVerb
{
    public static Command Create(TypeCatalog types)
    {
        var file = BoxFile.Argument();
        var verb = new Command("run", "Runs a box until it is told to stop (SIGTERM, Ctrl-C).") { file };
        verb.SetAction(async (parsed, _) => BoxFile.TryRead(parsed.GetValue(file)!, types) is { } configuration
            ? await RunAsync(configuration).ConfigureAwait(false)
            : ExitCode.InvalidConfiguration);
        return verb;
    }

    private static async Task<int> RunAsync(BoxConfiguration configuration)
    {
        using var loggers = ConsoleLog.Create(configuration.LogLevel);
        var logger = loggers.CreateLogger("Qmi.Edge.Run");
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnSignal(PosixSignalContext context)
        {
            LogSignal(logger, context.Signal);
            // The second signal is for those who will not wait: the process ends as if there were no handler.
            context.Cancel = stop.TrySetResult();
        }

        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        try
        {
            await using var running = await RunningBox.StartAsync(configuration, loggers).ConfigureAwait(false);
            var restart = running.Box.RestartRequested;
            if (await Task.WhenAny(stop.Task, restart).ConfigureAwait(false) != restart)
                return ExitCode.Ok;
            var request = await restart.ConfigureAwait(false);
            LogRestart(logger, request.By, request.Reason ?? "no reason given", ExitCode.Restart);
            return ExitCode.Restart;
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception.Message);
            LogWhere(logger, exception);
            return ExitCode.Failed;
        }
    }

    [LoggerMessage(3001, LogLevel.Information, "{Signal} received: stopping")]
    private static partial void LogSignal(ILogger logger, PosixSignal signal);

    [LoggerMessage(3008, LogLevel.Information, "{Caller} asked for a restart ({Reason}): stopping with exit code {Code}, so that the supervisor starts the box again")]
    private static partial void LogRestart(ILogger logger, string caller, string reason, int code);

    [LoggerMessage(3002, LogLevel.Critical, "The box could not run: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(3005, LogLevel.Debug, "Where the box could not go on")]
    private static partial void LogWhere(ILogger logger, Exception exception);
}
