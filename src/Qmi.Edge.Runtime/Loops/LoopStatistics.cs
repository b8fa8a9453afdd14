namespace Qmi.Edge.Runtime;

/// <summary>
/// What a loop has done since its counters began. Turns and skipped slots together are the slots that have passed, whatever the policy; a gap
/// is no slot. Durations are on the monotonic clock.
/// </summary>
public readonly record struct LoopStatistics
{
    /// <summary>The number of the epoch: another one after each reset of the counters and each restart of the task. From 1 on, in each run of the box.</summary>
    public int Epoch { get; init; }

    /// <summary>When it began, wall clock.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The period now.</summary>
    public TimeSpan Period { get; init; }

    /// <summary>The policy now.</summary>
    public MissedLoopPolicy Policy { get; init; }

    /// <summary>Turns run.</summary>
    public long Turns { get; init; }

    /// <summary>Turns that ended at or after their deadline.</summary>
    public long Misses { get; init; }

    /// <summary>Those misses with a pause of the garbage collector in the turn or in the wait before it: it may have been the reason.</summary>
    public long MissesWithCollection { get; init; }

    /// <summary>Most misses in a row.</summary>
    public long ConsecutiveMissesMax { get; init; }

    /// <summary>Slots for which no turn was run.</summary>
    public long Skipped { get; init; }

    /// <summary>Turns that ran late to catch up.</summary>
    public long CaughtUp { get; init; }

    /// <summary>Times at which more than max(10 periods, 5 s) were lost at once: suspend, a debugger, SIGSTOP.</summary>
    public long Gaps { get; init; }

    /// <summary>The share of its periods that the loop has spent in turns; above 1 the period is too short. Null before the first turn.</summary>
    public double? Load { get; init; }

    /// <summary>Time between a slot being due and its turn starting; null before the first turn.</summary>
    public TimeStatistics? Lateness { get; init; }

    /// <summary>How long turns took; null before the first turn.</summary>
    public TimeStatistics? Duration { get; init; }

    /// <summary>How much the last missed turn was late at its end; null when there was none.</summary>
    public TimeSpan? LastMissLateness { get; init; }

    /// <summary>When it was, wall clock.</summary>
    public DateTimeOffset? LastMissAt { get; init; }

    /// <summary>How the kernel schedules the loop's thread, and what it refused; null before it runs, and when nothing was asked for.</summary>
    public SchedulingObtained? Scheduling { get; init; }
}
