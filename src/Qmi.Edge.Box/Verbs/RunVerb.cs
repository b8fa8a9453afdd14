using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

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

    // The box allows itself 20 s; what is left is for the bridge's farewell and the state's last writes.
    private static readonly TimeSpan TimeToFail = TimeSpan.FromSeconds(30);

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
            var environment = ServiceEnvironment.OfThisProcess();
            using var socket = NotifySocket.Open(environment.Socket, logger);
            var running = await RunningBox.StartAsync(configuration, loggers).ConfigureAwait(false);
            using var service = socket is null ? null : new ServiceReports(socket, environment.WatchdogTime, running.Box, logger);
            var (code, reason) = await WaitForEndAsync(running.Box, stop.Task, logger).ConfigureAwait(false);
            service?.Stop(reason);
            await EndAsync(running, code, logger).ConfigureAwait(false);
            return code;
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception.Message);
            LogWhere(logger, exception);
            return ExitCode.Failed;
        }
    }

    private static async Task<(int Code, string Reason)> WaitForEndAsync(EdgeBox box, Task stop, ILogger logger)
    {
        var (restart, failure) = (box.RestartRequested, box.Failed);
        var first = await Task.WhenAny(stop, restart, failure).ConfigureAwait(false);
        if (first == restart)
        {
            var request = await restart.ConfigureAwait(false);
            LogRestart(logger, request.By, request.Reason ?? "no reason given", ExitCode.Restart);
            return (ExitCode.Restart, $"{request.By} asked for a restart");
        }

        if (first == failure)
        {
            var reason = (await failure.ConfigureAwait(false)).Reason;
            LogHung(logger, reason, ExitCode.TaskHung);
            return (ExitCode.TaskHung, reason);
        }

        return (ExitCode.Ok, "told to");
    }

    // Where a task hangs, more may: the process ends all the same.
    private static async Task EndAsync(RunningBox running, int code, ILogger logger)
    {
        var ending = Task.Run(async () => await running.DisposeAsync().ConfigureAwait(false));
        try
        {
            await ending.WaitAsync(code == ExitCode.TaskHung ? TimeToFail : Timeout.InfiniteTimeSpan, running.Box.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogAbandoned(logger, TimeToFail);
        }
    }

    [LoggerMessage(3009, LogLevel.Critical, "{Reason}: stopping with exit code {Code}, so that the supervisor starts the box again")]
    private static partial void LogHung(ILogger logger, string reason, int code);

    [LoggerMessage(3010, LogLevel.Critical, "The box has not stopped within {Time}: the process ends without it")]
    private static partial void LogAbandoned(ILogger logger, TimeSpan time);

    [LoggerMessage(3001, LogLevel.Information, "{Signal} received: stopping")]
    private static partial void LogSignal(ILogger logger, PosixSignal signal);

    [LoggerMessage(3008, LogLevel.Information, "{Caller} asked for a restart ({Reason}): stopping with exit code {Code}, so that the supervisor starts the box again")]
    private static partial void LogRestart(ILogger logger, string caller, string reason, int code);

    [LoggerMessage(3002, LogLevel.Critical, "The box could not run: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(3005, LogLevel.Debug, "Where the box could not go on")]
    private static partial void LogWhere(ILogger logger, Exception exception);
}
