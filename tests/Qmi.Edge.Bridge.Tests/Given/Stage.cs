using System.ComponentModel.DataAnnotations;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public enum StageMode
{
    Coarse,
    VeryFine,
}

public sealed record StageSettings
{
    [Range(1, 100), Unit("Hz")]
    public double RateHz { get; init; } = 10;

    public StageMode Mode { get; init; } = StageMode.Coarse;

    [Secret]
    public string Password { get; init; } = "";
}

public readonly record struct StageStatus(long Turns, long Bumps);

public readonly record struct Position([property: Unit("mm")] double X, double Y);

/// <summary>A task that counts its turns and its bumps.</summary>
[TaskRunner(typeof(StageRunner))]
public sealed partial class Stage(TaskInit init) : QmiLoopTask<StageSettings, StageStatus>(init, TimeSpan.FromMilliseconds(10), MissedLoopPolicy.Skip)
{
    private long _turns;

    /// <summary>Settings of 55 Hz are checked as long as this is shut.</summary>
    internal static ManualResetEventSlim CheckOf55 { get; } = new(true);

    /// <summary>Where the stage is.</summary>
    [Signal]
    public partial Signal<Position> Moved { get; }

    protected override void ProcessNewSettings()
    {
        if (Settings.RateHz == 66)
            throw new InvalidOperationException("the gear refuses 66 Hz");
    }

    protected override void Validate(StageSettings settings, SettingsErrors errors)
    {
        if (settings.RateHz == 55)
            CheckOf55.Wait(TimeSpan.FromSeconds(30));
        if (settings.RateHz == 44)
            throw new InvalidOperationException("the check tripped over 44 Hz");
    }

    protected override void LoopIteration()
    {
        if (Settings.RateHz == 77)
            throw new InvalidOperationException("the belt tore at 77 Hz");
    }

    protected override bool UpdateStatus()
    {
        Status = new StageStatus(++_turns, ((StageRunner)GivenBridge.RunnerOf(Name)).Bumps);
        return true;
    }

    protected override void PublishSignals() => Moved.Publish(new Position(_turns, -_turns));
}

public sealed partial class StageRunner : QmiTaskRunner<StageSettings, StageStatus>
{
    private long _bumps;

    public long Bumps => Interlocked.Read(ref _bumps);

    /// <summary>Counts, and takes as long as it is told.</summary>
    [RpcMethod]
    public long Bump(int n = 1, [Range(0, 60_000), Unit("ms")] int holdMs = 0)
    {
        if (holdMs > 0)
            Thread.Sleep(holdMs);
        return Interlocked.Add(ref _bumps, n);
    }

    [RpcMethod]
    public void Fail(string message) => throw new InvalidOperationException(message, new FormatException("deeper"));

    [RpcMethod(Access = RpcAccess.Read)]
    public string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
