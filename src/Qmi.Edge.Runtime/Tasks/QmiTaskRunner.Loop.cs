namespace Qmi.Edge.Runtime;

/// <content>The loop of a task that has one.</content>
public abstract partial class QmiTaskRunner
{
    /// <summary>What the loop has done so far; null when the task has no loop.</summary>
    public LoopStatistics? LoopStatistics => Loop is { } loop ? loop.Recorder.Statistics with { Scheduling = _life.Scheduling } : null;

    internal LoopControl? Loop { get; private set; }

    internal Signal<LoopMiss>? LoopMissed { get; }

    internal Signal<LoopRecovery>? LoopRecovered { get; }

    /// <summary>Changes the loop at its next slot boundary; what is null stays.</summary>
    /// <exception cref="QmiException">The task has no loop, or the period is too short.</exception>
    public void ConfigureLoop(TimeSpan? period = null, MissedLoopPolicy? policy = null)
    {
        RequireLoop().Change(period, policy);
    }

    /// <summary>Begins a new epoch of the loop's statistics, with all counters at zero. The loop does not notice.</summary>
    /// <param name="epoch">Only if this is the epoch now, so that of two who reset one does; null = whichever it is.</param>
    /// <returns>The statistics of the epoch that has ended.</returns>
    /// <exception cref="QmiException"><see cref="ErrorCode.Conflict"/>: it is another epoch; <see cref="ErrorCode.WrongState"/>: the task has no loop.</exception>
    public LoopStatistics ResetLoopStatistics(int? epoch = null)
    {
        var recorder = RequireLoop().Recorder;
        var ended = recorder.Reset(epoch)
            ?? throw new QmiException(ErrorCode.Conflict, $"The statistics of {Name} are in epoch {recorder.Epoch}, not {epoch}: somebody has reset them, or the task was restarted. Read them again.");
        NotifyChanged(ObjectAspect.State);
        return ended with { Scheduling = _life.Scheduling };
    }

    /// <summary>For a loop task's constructor: period and policy, as the options override them.</summary>
    internal LoopControl ConfigureLoop(TimeSpan period, MissedLoopPolicy policy)
    {
        var (actualPeriod, actualPolicy) = (Loop?.Period ?? _options.Period ?? period, Loop?.Policy ?? _options.Policy ?? policy);
        LoopSchedule.ThrowIfInvalid(actualPeriod, actualPolicy);
        return Loop = new LoopControl(new LoopConfiguration(actualPeriod, actualPolicy), (Loop?.Recorder.Epoch ?? 0) + 1, _options, Box.TimeProvider);
    }

    private LoopControl RequireLoop() =>
        Loop ?? throw new QmiException(ErrorCode.WrongState, $"Task {Name} has no loop: it has no period, no missed-loop policy and no statistics of them.");
}
