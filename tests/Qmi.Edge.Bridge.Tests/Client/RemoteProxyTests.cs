using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Proxies of objects at the other end of a real broker.</summary>
public abstract class RemoteProxyContract(BrokerFixture broker, MqttProtocolVersion version) : ProxyContract
{
    private MqttBridge? _bridge;
    private EdgeClient? _alice;
    private EdgeClient? _bob;

    protected override async Task ShowAsync(EdgeBox box)
    {
        _bridge = GivenClient.Bridge(box, broker.Port, version, new BridgeOptions { StatusInterval = TimeSpan.FromMilliseconds(1), SignalInterval = TimeSpan.FromMilliseconds(5) });
        _alice = await GivenClient.ConnectAsync(broker.Port, "alice", version);
        _bob = await GivenClient.ConnectAsync(broker.Port, "bob", version);
        await GivenClient.UntilOnlineAsync(_alice, box.Name);
    }

    protected override async Task HideAsync()
    {
        await _alice!.DisposeAsync();
        await _bob!.DisposeAsync();
        await _bridge!.DisposeAsync();
    }

    protected override TProxy Get<TProxy>(string name) => _alice!.GetProxy<TProxy>(Box.Name, name);

    protected override TProxy GetElsewhere<TProxy>(string name) => _bob!.GetProxy<TProxy>(Box.Name, name);

    protected override string TypeOf(Exception exception) => Assert.IsType<RemoteException>(exception).RemoteType;
}

/// <summary>Over MQTT 5.</summary>
public sealed class RemoteProxyTests(BrokerFixture broker) : RemoteProxyContract(broker, MqttProtocolVersion.V5), IClassFixture<BrokerFixture>;

/// <summary>Over MQTT 3.1.1, where there are no properties: all is in the JSON.</summary>
public sealed class RemoteProxyOn311Tests(BrokerFixture broker) : RemoteProxyContract(broker, MqttProtocolVersion.V311), IClassFixture<BrokerFixture>;

/// <summary>A broker that the tests of a class share.</summary>
public sealed class BrokerFixture : IDisposable
{
    private readonly MosquittoBroker _broker = new("allow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0");

    public int Port => _broker.Port;

    public void Dispose() => _broker.Dispose();
}
