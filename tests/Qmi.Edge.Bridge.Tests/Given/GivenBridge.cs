using System.Collections.Concurrent;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A box with one stage, on a real broker, and a supervisor who has only mosquitto's clients.</summary>
internal sealed class GivenBridge : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, RpcObject> Runners = new();
    private static int s_count;

    private readonly MqttBridge _bridge;
    private readonly bool _ownsBroker;
    private readonly int? _port;
    private readonly string _version;

    public GivenBridge(BridgeOptions? options = null, string version = "5", MosquittoBroker? broker = null, bool starts = true, EdgeBoxOptions? box = null, int? port = null, IStateDisk? disk = null, string? stageName = null)
    {
        _ownsBroker = broker is null;
        (_port, _version) = (port, version);
        Broker = broker ?? new MosquittoBroker("allow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0");
        StageName = stageName ?? $"stage{Interlocked.Increment(ref s_count)}";
        Box = new EdgeBox("box07", (box ?? new EdgeBoxOptions { State = disk, ClockSource = new RightClock() }) with { Audit = Audit });
        Stage = Box.MakeTask<Stage>(StageName);
        Runners[StageName] = Box.FindObject(StageName)!;
        Supervisor = new Supervisor(Broker.Port, version: version);
        _bridge = new MqttBridge(Box, Connect, options ?? new BridgeOptions());
        if (starts)
            Start();
    }

    public MosquittoBroker Broker { get; }

    public EdgeBox Box { get; }

    public StageProxy Stage { get; }

    public string StageName { get; }

    public Supervisor Supervisor { get; }

    public IMqttConnection? Connection { get; private set; }

    public RecordingAudit Audit { get; } = new();

    public static RpcObject RunnerOf(string name) => Runners[name];

    public long HeadRevision => ((QmiTaskRunner)Box.FindObject(StageName)!).HeadRevision;

    public string Topic(string below) => $"qmi/v1/box/box07/{below.Replace("stage", StageName, StringComparison.Ordinal)}";

    public void Start()
    {
        Begin();
        Supervisor.WaitFor(Topic("state"), state => Text(state, "state") == "online");
    }

    /// <summary>Starts without waiting for anything.</summary>
    public void Begin() => _bridge.Start();

    public JsonElement Ask(string verb, string method, string? payload = null, string caller = "alice", string? target = null) =>
        Supervisor.Ask("box07", verb, caller, target ?? StageName, method, payload);

    public ValueTask DisposeBridgeAsync() => _bridge.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await Box.StopAsync();
        await _bridge.DisposeAsync();
        await Box.DisposeAsync();
        Supervisor.Dispose();
        if (_ownsBroker)
            Broker.Dispose();
    }

    internal static string? Text(JsonElement element, params string[] path)
    {
        foreach (var step in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(step, out element))
                return null;
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : element.GetRawText();
    }

    private IMqttConnection Connect(Func<MqttOptions, MqttOptions> customise, Microsoft.Extensions.Logging.ILogger logger)
    {
        var options = customise(ConnectionOptions(_version));
        var connection = new MosquittoConnection(options, logger);
        if (options.ClientId == "box07")
            Connection = connection;
        return connection;
    }

    private MqttOptions ConnectionOptions(string version) => new()
    {
        Host = "127.0.0.1",
        Port = _port ?? Broker.Port,
        ClientId = "box07",
        ProtocolVersion = version == "5" ? null : MqttProtocolVersion.V311,
        MaximumPacketSize = 4 * 256 * 1024,
        OutboxBytes = 4 << 20,
        MaximumReconnectDelay = TimeSpan.FromSeconds(1),
    };
}

/// <summary>A clock that is right.</summary>
internal sealed class RightClock : IClockSource
{
    public ClockReading Read() => new(IsSynchronised: true, "external");
}

/// <summary>Keeps what was audited.</summary>
internal sealed class RecordingAudit : IAuditLog
{
    private readonly ConcurrentQueue<AuditEntry> _entries = new();

    public IReadOnlyList<AuditEntry> Entries => [.. _entries];

    public void Write(AuditEntry entry) => _entries.Enqueue(entry);
}
