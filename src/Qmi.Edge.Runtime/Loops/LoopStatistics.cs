namespace Qmi.Edge.Runtime;

/// <summary>What a loop has done so far. Times are on the monotonic clock.</summary>
public readonly record struct LoopStatistics
{
    /// <summary>The period now.</summary>
    public TimeSpan Period { get; init; }

    /// <summary>The policy now.</summary>
    public MissedLoopPolicy Policy { get; init; }

    /// <summary>Turns run.</summary>
    public long Turns { get; init; }

    /// <summary>Turns that ended at or after their deadline.</summary>
    public long Misses { get; init; }

    /// <summary>Most misses in a row.</summary>
    public long ConsecutiveMissesMax { get; init; }

    /// <summary>Slots for which no turn was run.</summary>
    public long Skipped { get; init; }

    /// <summary>Turns that ran late to catch up.</summary>
    public long CaughtUp { get; init; }

    /// <summary>Times at which more than max(10 periods, 5 s) were lost at once: suspend, a debugger, SIGSTOP.</summary>
    public long Gaps { get; init; }

    /// <summary>Longest time between a slot being due and its turn starting.</summary>
    public TimeSpan LatenessMax { get; init; }

    /// <summary>Longest turn.</summary>
    public TimeSpan DurationMax { get; init; }

    /// <summary>How much the last missed turn was late at its end; null when there was none.</summary>
    public TimeSpan? LastMissLateness { get; init; }

    /// <summary>When it was, wall clock.</summary>
    public DateTimeOffset? LastMissAt { get; init; }
}
