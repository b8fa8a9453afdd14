namespace Qmi.Edge.Runtime;

/// <summary>What a loop has done in one epoch of its counters. The loop's thread adds, without waiting or allocating; any thread may read meanwhile.</summary>
internal sealed class LoopTally(int epoch, DateTimeOffset since)
{
    // The last twenty of them take a millisecond each: time for a loop that lost its CPU in the middle of counting. One that turns faster than it can
    // be read, as under a test's clock, is not waited for.
    private const int Attempts = 40;

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
        var spin = default(SpinWait);
        while (true)
        {
            (lateness, duration) = (_lateness.Read(), _duration.Read());
            Interlocked.MemoryBarrier();
            counters = _shown.Read();
            if ((lateness.Total == counters.Turns && duration.Total == counters.Turns) || spin.Count == Attempts)
                break;
            spin.SpinOnce();
        }

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
