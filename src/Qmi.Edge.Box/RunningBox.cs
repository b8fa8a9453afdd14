using Microsoft.Extensions.Logging;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>A configured box with its bridge and its audit log, running.</summary>
public sealed partial class RunningBox : IAsyncDisposable
{
    private readonly JsonLinesAuditLog? _audit;
    private readonly ILogger _logger;
    private readonly MqttBridge? _bridge;

    private RunningBox(BoxConfiguration configuration, ILoggerFactory loggers)
    {
        _logger = loggers.CreateLogger("Qmi.Edge.Run");
        _audit = configuration.Audit is { } audit ? new JsonLinesAuditLog(audit.File, audit.MaxBytes, _logger) : null;
        Box = new EdgeBox(configuration.Box, new EdgeBoxOptions { LoggerFactory = loggers, Audit = _audit });
        if (configuration.Mqtt is { } mqtt)
            _bridge = new MqttBridge(Box, will => new MosquittoConnection(mqtt.Connection with { Will = will }, loggers.CreateLogger<MosquittoConnection>(), Box.TimeProvider), mqtt.Bridge);
    }

    /// <summary>The box.</summary>
    public EdgeBox Box { get; }

    /// <summary>Makes a box from its configuration and starts what shall start. What does not work is an alarm; the rest runs.</summary>
    public static Task<RunningBox> StartAsync(BoxConfiguration configuration, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var running = new RunningBox(configuration, loggers);
        foreach (var instrument in configuration.Instruments)
            running.Make(instrument);
        foreach (var task in configuration.Tasks)
            running.Make(task);
        running._bridge?.Start();
        LogRunning(running._logger, configuration.Box, running.Box.Objects.Count);
        return Task.FromResult(running);
    }

    /// <summary>Stops the tasks, closes the instruments, lets the bridge say its last words, closes the audit log.</summary>
    public async ValueTask DisposeAsync()
    {
        await Box.StopAsync().ConfigureAwait(false);
        if (_bridge is not null)
            await _bridge.DisposeAsync().ConfigureAwait(false);
        await Box.DisposeAsync().ConfigureAwait(false);
        if (_audit is not null)
            await _audit.DisposeAsync().ConfigureAwait(false);
    }

    private void Make(InstrumentConfiguration configuration) => Try(configuration.Name, () =>
    {
        var proxy = (InstrumentProxy)Box.AddInstrument(configuration.Type, configuration.Name, new ConstructorArguments(configuration.Arguments, Box));
        if (configuration.Open)
            proxy.Open();
    });

    private void Make(TaskConfiguration configuration) => Try(configuration.Name, () =>
    {
        Box.AddTask(configuration.Type, configuration.Name, new ConstructorArguments(configuration.Arguments, Box), configuration.Options);
        if (configuration.Start)
            ((QmiTaskRunner)Box.FindObject(configuration.Name)!).Start();
    });

    private void Try(string name, Action make)
    {
        try
        {
            make();
        }
        catch (QmiException exception)
        {
            LogNotStarted(_logger, name, exception);
            Box.Alarms.Raise($"start-{name}", AlarmSeverity.Error, "START_FAILED", $"{name}: {exception.Message}");
        }
    }

    [LoggerMessage(3003, LogLevel.Information, "Box {Box} runs with {Count} objects")]
    private static partial void LogRunning(ILogger logger, string box, int count);

    [LoggerMessage(3004, LogLevel.Error, "{Object} could not be started; the rest of the box runs")]
    private static partial void LogNotStarted(ILogger logger, string @object, Exception exception);
}
