namespace Qmi.Edge.Runtime;

/// <summary>Period and policy of a loop, which others may change while it runs, and its counters.</summary>
internal sealed class LoopControl(TimeSpan period, MissedLoopPolicy policy, TaskOptions options, TimeProvider timeProvider)
{
    private volatile Choice _choice = new(period, policy);
    private volatile bool _changed;

    /// <summary>Time between two slots.</summary>
    public TimeSpan Period => _choice.Period;

    /// <summary>What to do about a missed deadline.</summary>
    public MissedLoopPolicy Policy => _choice.Policy;

    /// <summary>How long the finalizing code may take to sleep and wait.</summary>
    public TimeSpan FinalizeGrace { get; } = options.FinalizeGrace;

    /// <summary>How long before a slot the loop stops sleeping and watches the clock, nanoseconds; never more than half a period, so that it always sleeps.</summary>
    public long Spin => MonotonicTime.ToNanoseconds(options.Spin < Period / 2 ? options.Spin : Period / 2);

    /// <summary>The counters.</summary>
    public LoopRecorder Recorder { get; } = new(period, policy, timeProvider);

    /// <summary>Changes what is given, from the next slot boundary on.</summary>
    public void Change(TimeSpan? period, MissedLoopPolicy? policy)
    {
        var choice = new Choice(period ?? Period, policy ?? Policy);
        LoopSchedule.ThrowIfInvalid(choice.Period, choice.Policy);
        _choice = choice;
        _changed = true;
    }

    /// <summary>For the loop: whether somebody changed something since the last time.</summary>
    public bool TryTakeChange(out TimeSpan period, out MissedLoopPolicy policy)
    {
        if (!_changed)
        {
            (period, policy) = (default, default);
            return false;
        }

        _changed = false;
        (period, policy) = _choice;
        return true;
    }

    private sealed record Choice(TimeSpan Period, MissedLoopPolicy Policy);
}
