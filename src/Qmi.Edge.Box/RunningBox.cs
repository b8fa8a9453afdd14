using Microsoft.Extensions.Logging;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>A configured box with its bridge and its audit log, running.</summary>
public sealed partial class RunningBox : IAsyncDisposable
{
    // By then the tasks run, and the broker has the first documents.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    private readonly JsonLinesAuditLog? _audit;
    private readonly FolderDisk? _state;
    private readonly FolderDisk? _signals;
    private readonly ILogger _logger;
    private readonly MqttBridge? _bridge;
    private readonly StartAlarms _alarms;
    private ITimer? _settled;

    private RunningBox(BoxConfiguration configuration, ILoggerFactory loggers)
    {
        _logger = loggers.CreateLogger("Qmi.Edge.Run");
        // First, and before anything else is taken: a folder that another box uses ends this one here.
        _state = configuration.State is { } state ? new FolderDisk(state.Folder) : null;
        _audit = configuration.Audit is { } audit ? new JsonLinesAuditLog(audit.File, audit.MaxBytes, _logger) : null;
        _signals = configuration.Signals.Folder is { } signals ? new FolderDisk(signals) : null;
        Box = new EdgeBox(configuration.Box, new EdgeBoxOptions
        {
            LoggerFactory = loggers,
            Audit = _audit,
            State = _state,
            Locks = configuration.Locks,
            Requests = configuration.Requests,
            Alias = configuration.Alias,
            Realtime = configuration.Realtime,
            SignalHistoryBytes = configuration.Signals.RingBytes,
            SignalHistoryDisk = _signals,
        });
        _alarms = new StartAlarms(Box);
        if (configuration.Mqtt is { } mqtt)
        {
            _bridge = new MqttBridge(
                Box,
                (customise, logger) => new MosquittoConnection(customise(mqtt.Connection), logger, Box.TimeProvider),
                mqtt.Bridge with { Expected = configuration.DescribeObjects() });
        }
    }

    /// <summary>The box.</summary>
    public EdgeBox Box { get; }

    /// <summary>Makes a box from its configuration and starts what shall start. What does not work is an alarm; the rest runs.</summary>
    /// <exception cref="IOException">The state folder cannot be used: a box that should remember and cannot would break its promises.</exception>
    public static async Task<RunningBox> StartAsync(BoxConfiguration configuration, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(loggers);
        var running = new RunningBox(configuration, loggers);
        try
        {
            running.Start(configuration);
            return running;
        }
        catch
        {
            await running.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops the tasks, closes the instruments, lets the bridge say its last words, saves the state, closes the audit log.</summary>
    public async ValueTask DisposeAsync()
    {
        _settled?.Dispose();
        await Box.StopAsync().ConfigureAwait(false);
        if (_bridge is not null)
            await _bridge.DisposeAsync().ConfigureAwait(false);
        await Box.DisposeAsync().ConfigureAwait(false);
        _signals?.Dispose();
        _state?.Dispose();
        if (_audit is not null)
            await _audit.DisposeAsync().ConfigureAwait(false);
    }

    private void Start(BoxConfiguration configuration)
    {
        foreach (var instrument in configuration.Instruments)
            Try(instrument.Name, () => Make(instrument));
        foreach (var task in configuration.Tasks)
            Try(task.Name, () => Make(task));
        _bridge?.Start();
        // What only the start needed goes back to the system, once: nothing else would make a box return it, however many years it runs.
        _settled = Box.TimeProvider.CreateTimer(static _ => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true), null, Settling, Timeout.InfiniteTimeSpan);
        if (_alarms.Names is { Count: > 0 } missing)
            LogRunningInPart(_logger, configuration.Box, Box.Objects.Count, string.Join(", ", missing));
        else
            LogRunning(_logger, configuration.Box, Box.Objects.Count);
    }

    private void Make(InstrumentConfiguration configuration)
    {
        var proxy = (InstrumentProxy)Box.AddInstrument(configuration.Type, configuration.Name, new ConstructorArguments(configuration.Arguments, Box));
        if (configuration.IsSimulated)
            Box.FindObject(configuration.Name)!.MarkSimulated();
        if (configuration.Open)
            proxy.Open();
    }

    private void Make(TaskConfiguration configuration)
    {
        Box.AddTask(configuration.Type, configuration.Name, new ConstructorArguments(configuration.Arguments, Box), configuration.Options);
        if (configuration.IsSimulated)
            Box.FindObject(configuration.Name)!.MarkSimulated();
        if (configuration.Start)
            ((QmiTaskRunner)Box.FindObject(configuration.Name)!).Start();
    }

    // Constructors and drivers are the programmer's: they may throw anything, and the rest of the box must not suffer.
    private void Try(string name, Action make)
    {
        try
        {
            make();
        }
        catch (Exception exception)
        {
            LogNotStarted(_logger, name, exception.Message);
            LogWhere(_logger, name, exception);
            _alarms.Raise(name, exception.Message);
        }
    }

    [LoggerMessage(3003, LogLevel.Information, "Box {Box} runs with {Count} objects")]
    private static partial void LogRunning(ILogger logger, string box, int count);

    [LoggerMessage(3004, LogLevel.Error, "{Object} could not be started, the rest of the box runs: {Reason}")]
    private static partial void LogNotStarted(ILogger logger, string @object, string reason);

    [LoggerMessage(3006, LogLevel.Debug, "Where {Object} could not go on")]
    private static partial void LogWhere(ILogger logger, string @object, Exception exception);

    [LoggerMessage(3007, LogLevel.Warning, "Box {Box} runs with {Count} objects; not started: {Missing}")]
    private static partial void LogRunningInPart(ILogger logger, string box, int count, string missing);
}
