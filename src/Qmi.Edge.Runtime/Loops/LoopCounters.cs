namespace Qmi.Edge.Runtime;

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
