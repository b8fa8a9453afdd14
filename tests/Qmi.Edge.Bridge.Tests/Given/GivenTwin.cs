using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>One of several boxes with the same id.</summary>
internal sealed class GivenTwin : IAsyncDisposable
{
    private readonly MqttBridge _bridge;
    private readonly TwinRunner _twin;
    private IMqttConnection? _control;
    private IMqttConnection? _data;
    private bool _isFrozen;

    public GivenTwin(int port, string version, TimeSpan period)
    {
        Box = new EdgeBox("box07");
        Box.MakeTask<Twin>(TaskName).Start();
        _twin = (TwinRunner)Box.FindObject(TaskName)!;
        _bridge = new MqttBridge(
            Box,
            (customise, _) =>
            {
                var options = customise(new MqttOptions
                {
                    Host = "127.0.0.1",
                    Port = port,
                    ClientId = "box07",
                    ProtocolVersion = version == "5" ? null : MqttProtocolVersion.V311,
                    MaximumReconnectDelay = TimeSpan.FromSeconds(1),
                });
                var connection = new MosquittoConnection(options, TestLog.Instance);
                if (options.ClientId == "box07")
                    _control = connection;
                else if (options.ClientId == "box07-data")
                    _data = connection;
                return connection;
            },
            new BridgeOptions { HealthInterval = period, BirthSpread = TimeSpan.FromMilliseconds(300), RivalRetry = period / 2, MaximumRivalRetry = period * 2 });
        _bridge.Start();
    }

    public EdgeBox Box { get; }

    public string TaskName => "twin";

    public bool IsRunning => _twin.IsRunning;

    public long Bumps => _twin.Bumps;

    public MqttSession? Session => _control?.Session;

    public MqttSession? DataSession => _data?.Session;

    /// <summary>The connection breaks and does not come back: no farewell, no heartbeat.</summary>
    public void Freeze()
    {
        _isFrozen = true;
        _control!.StopAsync(MqttStop.Abrupt, TimeSpan.Zero).AsTask().GetAwaiter().GetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await Box.StopAsync();
        if (!_isFrozen || Box.IsStopping)
            await _bridge.DisposeAsync();
        await Box.DisposeAsync();
    }
}

/// <summary>A task that counts its bumps.</summary>
[TaskRunner(typeof(TwinRunner))]
public sealed partial class Twin(TaskInit init) : QmiLoopTask<StageSettings, StageStatus>(init, TimeSpan.FromMilliseconds(50), MissedLoopPolicy.Skip)
{
    protected override void LoopIteration()
    {
    }
}

public sealed partial class TwinRunner : QmiTaskRunner<StageSettings, StageStatus>
{
    private long _bumps;

    public long Bumps => Interlocked.Read(ref _bumps);

    [RpcMethod]
    public long Bump() => Interlocked.Increment(ref _bumps);
}
