using System.ComponentModel.DataAnnotations;
using Qmi.Edge.Runtime;

namespace Stages;

/// <summary>What others may change about a <see cref="Stage"/>.</summary>
public sealed record StageSettings
{
    /// <summary>How often the position is controlled.</summary>
    [Range(1, 100), Unit("Hz")]
    public double RateHz { get; init; } = 10;

    /// <summary>Gain of the controller. Above 9 the stage oscillates, and its task gives up.</summary>
    [Range(0, 10)]
    public double Gain { get; init; } = 3;

    /// <summary>The key that opens the door of the enclosure.</summary>
    [Secret, StringLength(64)]
    public string DoorKey { get; init; } = "";
}

/// <summary>What a <see cref="Stage"/> is doing.</summary>
/// <param name="Position">Where it is.</param>
/// <param name="Bumps">How often it was bumped.</param>
public readonly record struct StageStatus([property: Unit("mm")] double Position, long Bumps);

/// <summary>A positioning stage, simulated. It resonates at 50 Hz and refuses to be controlled at that rate.</summary>
[TaskRunner(typeof(StageRunner))]
public sealed partial class Stage(TaskInit init, AxisProxy axis)
    : QmiLoopTask<StageSettings, StageStatus>(init, period: TimeSpan.FromMilliseconds(100), MissedLoopPolicy.Skip)
{
    protected override void ProcessNewSettings()
    {
        if (Settings.RateHz == 50)
            throw new InvalidOperationException("the stage resonates at 50 Hz");
    }

    protected override void LoopIteration()
    {
        if (Settings.Gain > 9)
            throw new InvalidOperationException($"the stage oscillates at a gain of {Settings.Gain}");
    }

    protected override bool UpdateStatus()
    {
        Status = new StageStatus(axis.ReadPosition(), axis.CountBumps());
        return true;
    }
}
