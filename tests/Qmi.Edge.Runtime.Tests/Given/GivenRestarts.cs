using System.Collections.Concurrent;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

/// <summary>A box with one loop task on a disk that outlives it: it can be stopped, killed, or lose its power, and started again.</summary>
internal sealed class GivenRestarts(int seed = 0) : IAsyncDisposable
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<SettingsAck> _acks = new();
    private UnpluggableDisk? _plug;
    private GivenBox? _given;
    private long _pushes;

    public CrashingDisk Disk { get; } = new(seed);

    public ManualTime Time { get; } = new();

    public LoopScript Script { get; set; } = new();

    public TaskType Type { get; set; } = TestTypes.Task;

    public TaskOptions? Options { get; set; }

    public bool IsClockSynchronised
    {
        get;
        set
        {
            field = value;
            _given?.Box.Clock.LookNow();
        }
    } = true;

    /// <summary>What the task sets in its constructor.</summary>
    public Func<TestSettings>? Sets { get; set; }

    /// <summary>The rate with which the task cannot be constructed.</summary>
    public double? Refuses { get; set; }

    /// <summary>Whether it remembers anything.</summary>
    public bool HasDisk { get; init; } = true;

    public GivenBox Given => _given!;

    public EdgeBox Box => Given.Box;

    public QmiTaskRunner<TestSettings, TestStatus> Task => (QmiTaskRunner<TestSettings, TestStatus>)Box.FindObject("loop")!;

    public TestTaskProxy Proxy { get; private set; } = null!;

    /// <summary>All that was told to those outside, in order.</summary>
    public IReadOnlyList<SettingsAck> Acks => [.. _acks];

    public static string FileName => "settings/loop";

    /// <summary>Makes the box and the task, and starts it unless told otherwise.</summary>
    public GivenRestarts Boot(bool starts = true)
    {
        _plug = new UnpluggableDisk(Disk);
        _given = new GivenBox(Time, isQuiet: true, state: HasDisk ? _plug : null, clock: new Clock(this));
        Box.AddObserver(new AckObserver(_acks));
        MakeTask();
        if (starts)
            Start();
        return this;
    }

    public void MakeTask() => Proxy = (TestTaskProxy)Box.AddTask(Type, "loop", Construct, Options);

    private ScriptedLoop Construct(TaskInit init)
    {
        var loop = new ScriptedLoop(init, Script with { Period = Period });
        if (Sets is not null)
            loop.SetOwn(Sets());
        return loop.Settings.Rate == Refuses ? throw new InvalidOperationException($"It cannot be built for {Refuses} Hz.") : loop;
    }

    public void Start()
    {
        Proxy.Start();
        WaitForFirstTurn();
    }

    /// <summary>Lets the loop have a turn, and everything that follows from it. When the task does not run, only time passes.</summary>
    public void Turn()
    {
        if (Task.IsRunning)
            TurnAfter(Period);
        else
            Time.Advance(Period);
        Settle();
    }

    /// <summary>Lets the loop have the turn that is due after some time.</summary>
    public void TurnAfter(TimeSpan time)
    {
        var turns = Task.LoopStatistics!.Value.Turns;
        Time.AdvanceParked(time);
        GivenBox.WaitFor(() => !Task.IsRunning || Task.LoopStatistics!.Value.Turns > turns, "a turn has ended");
    }

    /// <summary>Starts a fresh run of the task, and lets it have its first turn.</summary>
    public void Restart()
    {
        Proxy.RestartAsync().WaitAsync(GivenBox.Patience).GetAwaiter().GetResult();
        WaitForFirstTurn();
    }

    /// <summary>Waits until all that was begun is worked out and on the disk.</summary>
    public void Settle()
    {
        try
        {
            Task.Settings.SettleAsync().WaitAsync(GivenBox.Patience).GetAwaiter().GetResult();
        }
        catch (QmiException exception) when (exception.Code == ErrorCode.Busy)
        {
            // The disk did not take it: the test knows why.
        }
    }

    public SettingsPush Push(string json, string caller = "alice", string? id = null, PushRoad road = PushRoad.Topic)
    {
        var body = SettingsPushBody.Read(CallTests.Json(json));
        return Task.PushSettings(body, new SettingsPusher(new Caller(caller), id ?? $"p-{Interlocked.Increment(ref _pushes)}", road, Task.TakePushOrder()));
    }

    /// <summary>Pushes and waits until a power cut can no longer undo it.</summary>
    public SettingsPush Accept(string json, string caller = "alice", string? id = null)
    {
        var push = Push(json, caller, id);
        push.Accepted.WaitAsync(GivenBox.Patience).GetAwaiter().GetResult();
        Settle();
        return push;
    }

    /// <summary>Pushes and lets the task adopt it.</summary>
    public SettingsOutcome Apply(string json, string caller = "alice", string? id = null)
    {
        var push = Accept(json, caller, id);
        Turn();
        return push.Outcome.WaitAsync(GivenBox.Patience).GetAwaiter().GetResult();
    }

    public JsonElement Document()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            Task.WriteSettings(writer);
            writer.WriteEndObject();
        }

        return CallTests.Json(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    /// <summary>The newest answer to a caller.</summary>
    public SettingsAck? AckOf(string caller) => Task.SettingsAcks.FirstOrDefault(ack => ack.Caller == caller);

    /// <summary>Stops the box as it should be stopped.</summary>
    public async Task StopAsync()
    {
        if (_given is not null)
            await Box.DisposeAsync();
        _given = null;
    }

    /// <summary>Cuts the power: what is not on the disk is gone, and of what is not flushed as much as the disk likes.</summary>
    public async Task CutAsync()
    {
        _plug!.Unplug();
        Disk.Cut();
        await StopAsync();
        Disk.PowerUp();
    }

    public async Task RebootAsync(bool starts = true)
    {
        await StopAsync();
        Boot(starts);
    }

    public async ValueTask DisposeAsync()
    {
        _plug?.Unplug();
        await StopAsync();
    }

    private void WaitForFirstTurn()
    {
        GivenBox.WaitFor(() => !Task.IsRunning || Task.LoopStatistics!.Value.Turns > 0, "the first turn has ended");
        Settle();
    }

    private sealed class Clock(GivenRestarts owner) : IClockSource
    {
        public ClockReading Read() => new(owner.IsClockSynchronised, "chrony");
    }

    private sealed class AckObserver(ConcurrentQueue<SettingsAck> acks) : IBoxObserver
    {
        public void OnAdded(RpcObject target)
        {
        }

        public void OnRemoved(RpcObject target)
        {
        }

        public void OnChanged(RpcObject target, ObjectAspect aspect)
        {
        }

        public void OnAlarm(string id)
        {
        }

        public void OnSettingsAck(QmiTaskRunner task, SettingsAck ack) => acks.Enqueue(ack);
    }
}

/// <summary>A disk that can be taken away from whoever uses it, so that a dead box writes nothing any more.</summary>
internal sealed class UnpluggableDisk(IStateDisk disk) : IStateDisk
{
    private volatile bool _isUnplugged;

    private IStateDisk Disk => _isUnplugged ? throw new IOException("The box is dead.") : disk;

    public void Unplug() => _isUnplugged = true;

    public byte[]? Read(string name) => Disk.Read(name);

    public void Write(string name, ReadOnlySpan<byte> content) => Disk.Write(name, content);

    public void Rename(string name, string newName) => Disk.Rename(name, newName);

    public void Delete(string name) => Disk.Delete(name);

    public IReadOnlyList<string> List(string folder) => Disk.List(folder);

    public void FlushFolder(string folder) => Disk.FlushFolder(folder);

    public IStateFile Open(string name, long size) => Disk.Open(name, size);
}
