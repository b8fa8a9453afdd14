using System.Globalization;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A box with one source of signals on a real broker.</summary>
internal sealed class GivenWire : IAsyncDisposable
{
    private readonly MqttBridge _bridge;

    public GivenWire(MosquittoBroker broker, IStateDisk? disk = null, long? ringBytes = null)
    {
        Box = new EdgeBox("box07", new EdgeBoxOptions { State = disk, SignalHistoryBytes = ringBytes });
        Box.MakeInstrument<Source>("source");
        var options = new MqttOptions
        {
            Host = "127.0.0.1",
            Port = broker.Port,
            ClientId = "box07",
            MaximumPacketSize = 4 * 256 * 1024,
            OutboxBytes = 4 << 20,
            ReconnectDelay = TimeSpan.FromMilliseconds(50),
            MaximumReconnectDelay = TimeSpan.FromMilliseconds(200),
        };
        _bridge = new MqttBridge(Box, Mosquitto.Connect(options), new BridgeOptions { SignalInterval = TimeSpan.FromMilliseconds(5) });
        _bridge.Start();
    }

    public EdgeBox Box { get; }

    public RpcObject Source => Box.Objects[0];

    public Signal<double> Level => Source.Signals.Get<double>("level");

    public Signal<long> Event => Source.Signals.Get<long>("event");

    public static string Topic(string signal) => $"qmi/v1/box/box07/instrument/source/sig/{signal}";

    /// <summary>mosquitto_sub on one signal: a line for each batch.</summary>
    public static ChildProcess Subscribe(MosquittoBroker broker, string signal, params ReadOnlySpan<string> options) =>
        new("mosquitto_sub", ["-h", "127.0.0.1", "-p", broker.Port.ToString(CultureInfo.InvariantCulture), "-t", Topic(signal), .. options]);

    public static IEnumerable<JsonElement> Batches(ChildProcess subscriber) => subscriber.Output.Select(line => JsonDocument.Parse(line).RootElement);

    /// <summary>Publishes one value after the other until the subscriber has seen one: then it is there.</summary>
    public static void WaitForFirst(ChildProcess subscriber, Action publish)
    {
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                publish();
                return SpinWait.SpinUntil(() => subscriber.Output.Count > 0, TimeSpan.FromMilliseconds(100));
            },
            ChildProcess.Patience), string.Join('\n', subscriber.Errors));
    }

    public async ValueTask DisposeAsync()
    {
        await Box.StopAsync();
        await _bridge.DisposeAsync();
        await Box.DisposeAsync();
    }
}
