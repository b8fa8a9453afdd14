using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Clients and bridges at a broker on loopback.</summary>
internal static class GivenClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Task<EdgeClient> ConnectAsync(int port, string user = "alice", MqttProtocolVersion? version = null, Func<EdgeClientOptions, EdgeClientOptions>? change = null)
    {
        var options = new EdgeClientOptions { Host = "127.0.0.1", Port = port, UserName = user, ProtocolVersion = version };
        return EdgeClient.ConnectAsync(change?.Invoke(options) ?? options, TestContext.Current.CancellationToken);
    }

    public static MqttBridge Bridge(EdgeBox box, int port, MqttProtocolVersion? version = null, BridgeOptions? options = null)
    {
        var connection = new MqttOptions
        {
            Host = "127.0.0.1",
            Port = port,
            ClientId = box.Name,
            ProtocolVersion = version,
            MaximumPacketSize = 4 * 256 * 1024,
            OutboxBytes = 4 << 20,
            MaximumReconnectDelay = TimeSpan.FromSeconds(1),
        };
        var bridge = new MqttBridge(box, Mosquitto.Connect(connection), options ?? new BridgeOptions());
        bridge.Start();
        return bridge;
    }

    public static async Task UntilOnlineAsync(EdgeClient client, string box)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!(await client.GetBoxesAsync(TestContext.Current.CancellationToken)).Any(seen => seen.Name == box && seen.IsOnline))
            Assert.True(DateTime.UtcNow < deadline, $"{box} is not online.");
    }
}
