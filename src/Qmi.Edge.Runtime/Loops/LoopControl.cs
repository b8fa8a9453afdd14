namespace Qmi.Edge.Runtime;

/// <summary>Period and policy of a loop, which others may change while it runs, and its counters.</summary>
/// <param name="configuration">Period and policy at first.</param>
/// <param name="epoch">The number of the first epoch of the counters.</param>
/// <param name="options">How the task is run.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class LoopControl(LoopConfiguration configuration, int epoch, TaskOptions options, TimeProvider timeProvider)
{
    private volatile LoopConfiguration _choice = configuration;
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
    public LoopRecorder Recorder { get; } = new(configuration, epoch, timeProvider);

    /// <summary>Changes what is given, from the next slot boundary on.</summary>
    public void Change(TimeSpan? period, MissedLoopPolicy? policy)
    {
        var choice = new LoopConfiguration(period ?? Period, policy ?? Policy);
        LoopSchedule.ThrowIfInvalid(choice.Period, choice.Policy);
        _choice = choice;
        _changed = true;
    }

    /// <summary>For the loop: what somebody has changed since the last time; null when nobody has.</summary>
    public LoopConfiguration? TakeChange()
    {
        if (!_changed)
            return null;
        _changed = false;
        return _choice;
    }
}
