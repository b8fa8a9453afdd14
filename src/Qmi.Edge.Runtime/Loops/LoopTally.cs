namespace Qmi.Edge.Runtime;

/// <summary>What a loop has done in one epoch of its counters. The loop's thread adds, without waiting or allocating; any thread may read meanwhile.</summary>
internal sealed class LoopTally(int epoch, DateTimeOffset since)
{
    // A loop that turns faster than it can be read, as under a test's clock, is not waited for.
    private const int Attempts = 8;

    private readonly TimeHistogram _lateness = new();
    private readonly TimeHistogram _duration = new();
    private readonly Snapshot<LoopCounters> _shown = new(default);
    private LoopCounters _now;

    /// <summary>Its number.</summary>
    public int Epoch => epoch;

    /// <summary>Counts a turn.</summary>
    public void Add(in LoopTurn turn)
    {
        _lateness.Add(turn.Lateness);
        _duration.Add(turn.Duration);
        _now.Add(turn);
        _shown.Write(_now);
    }

    /// <summary>Counts a gap in the wait between two turns.</summary>
    public void AddGap()
    {
        _now.Gaps++;
        _shown.Write(_now);
    }

    /// <summary>All of it as of one turn; if turns end faster than they can be read, the histograms may lack the last few of them.</summary>
    public LoopStatistics Read(LoopConfiguration inEffect)
    {
        TimeCounts lateness, duration;
        LoopCounters counters;
        var attempt = 0;
        do
        {
            (lateness, duration) = (_lateness.Read(), _duration.Read());
            Interlocked.MemoryBarrier();
            counters = _shown.Read();
        }
        while ((lateness.Total != counters.Turns || duration.Total != counters.Turns) && ++attempt < Attempts);

        return new LoopStatistics
        {
            Epoch = epoch,
            Since = since,
            Period = inEffect.Period,
            Policy = inEffect.Policy,
            Turns = counters.Turns,
            Misses = counters.Misses,
            MissesWithCollection = counters.MissesWithCollection,
            ConsecutiveMissesMax = counters.ConsecutiveMissesMax,
            Skipped = counters.Skipped,
            CaughtUp = counters.CaughtUp,
            Gaps = counters.Gaps,
            Load = counters.Periods > TimeSpan.Zero ? counters.Duration.Sum / counters.Periods : null,
            Lateness = counters.Lateness.With(lateness),
            Duration = counters.Duration.With(duration),
            LastMissLateness = counters.Misses > 0 ? counters.LastMissLateness : null,
            LastMissAt = counters.Misses > 0 ? counters.LastMissAt : null,
        };
    }
}

/// <summary>A turn that has ended.</summary>
internal readonly struct LoopTurn
{
    /// <summary>How long after its slot was due it began.</summary>
    public required TimeSpan Lateness { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The period at that time.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>What the loop does after it.</summary>
    public required LoopStep Step { get; init; }

    /// <summary>Slots that were skipped after it.</summary>
    public required long Skipped { get; init; }

    /// <summary>Whether the next turn catches up.</summary>
    public required bool CatchesUp { get; init; }

    /// <summary>Which miss in a row it is; 0 = it is none.</summary>
    public required long Consecutive { get; init; }

    /// <summary>Whether the garbage collector has paused the process since the turn before.</summary>
    public required bool HadCollection { get; init; }

    /// <summary>For a miss: how long after the deadline it ended.</summary>
    public required TimeSpan Overrun { get; init; }

    /// <summary>For a miss: when it ended, wall clock.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Whether its deadline was missed.</summary>
    public bool IsMiss => Consecutive > 0;
}

/// <summary>The counters of a <see cref="LoopTally"/>, copied as a whole.</summary>
internal struct LoopCounters
{
    public long Turns;
    public long Misses;
    public long MissesWithCollection;
    public long ConsecutiveMissesMax;
    public long Skipped;
    public long CaughtUp;
    public long Gaps;
    public TimeSpan Periods;
    public TimeTotals Lateness;
    public TimeTotals Duration;
    public TimeSpan LastMissLateness;
    public DateTimeOffset LastMissAt;

    public void Add(in LoopTurn turn)
    {
        Turns++;
        Skipped += turn.Skipped;
        CaughtUp += turn.CatchesUp ? 1 : 0;
        Gaps += turn.Step == LoopStep.Gap ? 1 : 0;
        Periods += turn.Period;
        Lateness.Add(turn.Lateness);
        Duration.Add(turn.Duration);
        if (!turn.IsMiss)
            return;
        Misses++;
        MissesWithCollection += turn.HadCollection ? 1 : 0;
        ConsecutiveMissesMax = Math.Max(ConsecutiveMissesMax, turn.Consecutive);
        (LastMissLateness, LastMissAt) = (turn.Overrun, turn.EndedAt);
    }
}
