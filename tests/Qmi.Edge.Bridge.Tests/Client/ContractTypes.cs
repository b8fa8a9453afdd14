using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>What the tasks of the contract do in one test: they are found by their names, since only plain values cross constructors.</summary>
internal sealed class Script
{
    private static readonly ConcurrentDictionary<string, Script> Scripts = new();

    public Action<Worker>? Construct { get; init; }

    public Action<Worker>? Run { get; init; }

    public Action<Ticker>? Turn { get; init; }

    public Action<TickerSettings>? Adopt { get; init; }

    public static Script Of(string name) => Scripts.GetValueOrDefault(name) ?? new Script();

    public void Play(string name) => Scripts[name] = this;
}

public sealed record WorkerSettings
{
    [Range(1, 100), Unit("Hz")]
    public double Rate { get; init; } = 10;

    [MaxLength(8)]
    public string? Label { get; init; }

    [Secret]
    public string Password { get; init; } = "";
}

public readonly record struct WorkerStatus(long Steps, string? Note);

public sealed record Sample(double Value, IReadOnlyList<int> Tags);

/// <summary>A plain task that does what a test says.</summary>
[TaskRunner(typeof(WorkerRunner))]
public sealed partial class Worker : QmiTask<WorkerSettings, WorkerStatus>
{
    public Worker(TaskInit init)
        : base(init)
    {
        Script.Of(Name).Construct?.Invoke(this);
    }

    [Signal]
    public partial Signal<Sample> Sampled { get; }

    public new WorkerSettings Settings => base.Settings;

    public new WorkerStatus Status
    {
        get => base.Status;
        set
        {
            base.Status = value;
            PublishStatus();
        }
    }

    public new bool UpdateSettings() => base.UpdateSettings();

    public new void Sleep(TimeSpan duration) => base.Sleep(duration);

    protected override void Run() => Script.Of(Name).Run?.Invoke(this);
}

public enum Mode
{
    Coarse,
    VeryFine,
}

public sealed partial class WorkerRunner : QmiTaskRunner<WorkerSettings, WorkerStatus>
{
    private long _count;

    [RpcMethod]
    public long Count(int by = 1) => Interlocked.Add(ref _count, by);

    [RpcMethod(Access = RpcAccess.Read)]
    public Sample? Describe(double value, Mode mode, IReadOnlyList<int>? tags = null) => mode == Mode.VeryFine ? new Sample(value, tags ?? []) : null;

    [RpcMethod(Access = RpcAccess.Read)]
    public string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    [RpcMethod]
    public string CountAndRepeat(string text, int times) => Count() + Repeat(text, times);

    [RpcMethod]
    public void SetRate(double rate) => SetSettings((GetPendingSettings() ?? GetSettings()) with { Rate = rate });

    [RpcMethod]
    public void Fail(string message) => throw new InvalidOperationException(message, new FormatException("deeper"));
}

public sealed record TickerSettings
{
    public double Amplitude { get; init; } = 1;
}

public readonly record struct TickerStatus(long Turn, double Amplitude);

/// <summary>A loop task that does what a test says.</summary>
public sealed partial class Ticker(TaskInit init) : QmiLoopTask<TickerSettings, TickerStatus>(init, TimeSpan.FromMilliseconds(5), MissedLoopPolicy.Skip)
{
    private long _turn;

    [Signal]
    public partial Signal<long> Ticked { get; }

    protected override void ProcessNewSettings() => Script.Of(Name).Adopt?.Invoke(Settings);

    protected override void LoopIteration() => Script.Of(Name).Turn?.Invoke(this);

    protected override bool UpdateStatus()
    {
        Status = new TickerStatus(++_turn, Settings.Amplitude);
        return true;
    }

    protected override void PublishSignals() => Ticked.Publish(_turn);
}

/// <summary>An instrument that counts, and that a test can hold.</summary>
public sealed partial class Meter(InstrumentInit init) : QmiInstrument(init)
{
    private double _value;

    [Signal(Reliable = true)]
    public partial Signal<double> Changed { get; }

    [RpcMethod(Access = RpcAccess.Read)]
    public double GetValue()
    {
        ThrowIfClosed();
        return _value;
    }

    [RpcMethod]
    public void SetValue([Range(0, 1000)] double value)
    {
        ThrowIfClosed();
        _value = value;
        Changed.Publish(value);
    }

    [RpcMethod]
    public void PublishMany(int count)
    {
        for (var value = 0; value < count; value++)
            Changed.Publish(value);
    }

    [RpcMethod(Lock = LockRule.Requires)]
    public double Reset() => _value = 0;

    /// <summary>Waits as a driver does for its instrument.</summary>
    [RpcMethod]
    public bool Hold([Unit("ms")] int milliseconds)
    {
        var parker = Parker.ForCurrentThread(TimeProvider);
        var deadline = Math.Min(TimeProvider.GetDeadline(TimeSpan.FromMilliseconds(milliseconds)), Interruption.Deadline);
        while (TimeProvider.GetNanoseconds() < deadline)
        {
            Interruption.ThrowIfRequested();
            parker.Park(Math.Min(deadline, TimeProvider.GetNanoseconds() + (10 * MonotonicTime.Millisecond)));
        }

        return true;
    }
}
