using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A client on a connection and a clock that the test holds in its hand.</summary>
internal sealed class GivenScriptedClient : IAsyncDisposable
{
    private GivenScriptedClient(ManualTime time, ScriptedConnection connection, EdgeClient client)
    {
        (Time, Connection, Client) = (time, connection, client);
        Meter = client.GetProxy<MeterProxy>("box07", "meter");
        Worker = client.GetProxy<WorkerProxy>("box07", "worker");
        Ticker = client.GetProxy<TickerProxy>("box07", "ticker");
    }

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    public ManualTime Time { get; }

    public ScriptedConnection Connection { get; }

    public EdgeClient Client { get; }

    public MeterProxy Meter { get; }

    public WorkerProxy Worker { get; }

    public TickerProxy Ticker { get; }

    /// <summary>What the last connection told the broker to say when it is lost.</summary>
    public Func<long, MqttWill?>? Will { get; private set; }

    public static async Task<GivenScriptedClient> StartAsync(MqttProtocolVersion version = MqttProtocolVersion.V5, Func<EdgeClientOptions, EdgeClientOptions>? change = null)
    {
        var (time, connection) = (new ManualTime(), new ScriptedConnection(version));
        Func<long, MqttWill?>? will = null;
        var options = new EdgeClientOptions
        {
            Host = "broker",
            UserName = "alice",
            TimeProvider = time,
            Connect = mqtt =>
            {
                will = mqtt.Will;
                return connection;
            },
        };
        var client = await EdgeClient.ConnectAsync(change?.Invoke(options) ?? options, TestContext.Current.CancellationToken);
        return new GivenScriptedClient(time, connection, client) { Will = will };
    }

    /// <summary>Waits in real time until the client has sent so many requests; the last of them.</summary>
    public ClientPublication Request(int count)
    {
        Assert.True(SpinWait.SpinUntil(() => Connection.Requests.Count >= count, Patience), $"{Connection.Requests.Count} requests were sent, {count} were expected.");
        return Connection.Requests[count - 1];
    }

    public static void Until(Func<bool> condition, string what) => Assert.True(SpinWait.SpinUntil(condition, Patience), $"This did not happen: {what}");

    public static async Task<QmiException> FailsAsync(Task call) => await Assert.ThrowsAnyAsync<QmiException>(() => call.WaitAsync(Patience));

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
