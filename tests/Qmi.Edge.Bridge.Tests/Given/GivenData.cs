using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A box with one source of signals, and its bridge on connections that do what the test says, on a clock that the test turns.</summary>
internal sealed class GivenData : IAsyncDisposable
{
    private readonly MqttBridge _bridge;

    public GivenData(BridgeOptions? options = null, IStateDisk? disk = null, FakeConnection? data = null, TimeProvider? time = null, ILoggerFactory? loggers = null, string name = "source")
    {
        Data = data ?? new FakeConnection();
        Box = new EdgeBox("box07", new EdgeBoxOptions { TimeProvider = time ?? Time, State = disk, LoggerFactory = loggers ?? NullLoggerFactory.Instance });
        Box.MakeInstrument<Source>(name);
        _bridge = new MqttBridge(Box, Connect, options ?? new BridgeOptions { LogLevel = LogLevel.None });
        _bridge.Start();
        Assert.True(SpinWait.SpinUntil(() => Data.IsStarted, ChildProcess.Patience), "The box never spoke.");
    }

    public ManualTime Time { get; } = new();

    public EdgeBox Box { get; }

    public FakeConnection Control { get; } = new();

    public FakeConnection Data { get; }

    public RpcObject Source => Box.Objects[0];

    public Signal<double> Level => Source.Signals.Get<double>("level");

    public Signal<long> Event => Source.Signals.Get<long>("event");

    public static string Topic(string signal) => $"qmi/v1/box/box07/instrument/source/sig/{signal}";

    /// <summary>Waits until so many batches of a signal were published, turning the clock.</summary>
    public IReadOnlyList<Published> WaitFor(string signal, int count, TimeSpan? step = null)
    {
        WaitUntil(() => Of(signal).Count >= count, step);
        return Of(signal);
    }

    /// <summary>Waits for something, turning the clock in steps that the box's threads can follow.</summary>
    public void WaitUntil(Func<bool> condition, TimeSpan? step = null)
    {
        var isMet = SpinWait.SpinUntil(
            () =>
            {
                if (condition())
                    return true;
                Time.Advance(step ?? TimeSpan.FromMilliseconds(10));
                return false;
            },
            ChildProcess.Patience);
        Assert.True(isMet, $"Published: {string.Join('\n', Data.Published.Select(each => each.Text))}");
    }

    public IReadOnlyList<Published> Of(string signal) => [.. Data.Published.Where(published => published.Topic == Topic(signal))];

    public ValueTask DisposeBridgeAsync() => _bridge.DisposeAsync();

    private FakeConnection Connect(Func<MqttOptions, MqttOptions> customise, ILogger logger) =>
        customise(new MqttOptions { Host = "fake", ClientId = Box.Name }).ClientId == Box.Name ? Control : Data;

    public async ValueTask DisposeAsync()
    {
        Time.JumpWhenParked = true;
        await Box.StopAsync();
        await _bridge.DisposeAsync();
        await Box.DisposeAsync();
    }
}
