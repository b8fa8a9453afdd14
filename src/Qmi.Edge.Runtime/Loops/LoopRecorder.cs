namespace Qmi.Edge.Runtime;

/// <summary>Counts what a loop does, in its own thread and without allocating; anybody may read.</summary>
internal sealed class LoopRecorder
{
    private const long NoTurn = long.MinValue;

    // After that long without a miss the next one is news again.
    private const long Rearm = 10 * MonotonicTime.Second;

    private readonly Snapshot<LoopStatistics> _snapshot;
    private readonly TimeProvider _timeProvider;
    private LoopStatistics _now;
    private long _turnBegan = NoTurn;
    private long _consecutiveMisses;
    private long _missesSinceQuiet;
    private long _lastMiss = -Rearm;

    public LoopRecorder(TimeSpan period, MissedLoopPolicy policy, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _now = new LoopStatistics { Period = period, Policy = policy };
        _snapshot = new Snapshot<LoopStatistics>(_now);
    }

    public LoopStatistics Statistics => _snapshot.Read();

    public long Turns => _now.Turns;

    /// <summary>When the turn began that runs now, monotonic nanoseconds; null between turns. The heartbeat of the loop, readable by anybody.</summary>
    public long? TurnBegan => Volatile.Read(ref _turnBegan) is var began && began == NoTurn ? null : began;

    /// <summary>A turn begins.</summary>
    public void BeginTurn(long now) => Volatile.Write(ref _turnBegan, now);

    /// <summary>The turn that ran was left by an exception, or its end is recorded elsewhere.</summary>
    public void EndTurn() => Volatile.Write(ref _turnBegan, NoTurn);

    public void Configured(TimeSpan period, MissedLoopPolicy policy)
    {
        _now = _now with { Period = period, Policy = policy };
        _snapshot.Write(_now);
    }

    /// <summary>Records a turn; true when its miss is worth a line in the log: the first, the tenth, then at every doubling, until a quiet time.</summary>
    public bool Turn(long due, long start, long end, LoopStep step, LoopSchedule schedule)
    {
        EndTurn();
        var isMiss = step is LoopStep.Missed or LoopStep.Terminate;
        _consecutiveMisses = isMiss ? _consecutiveMisses + 1 : 0;
        _now = _now with
        {
            Turns = _now.Turns + 1,
            Skipped = schedule.Skipped,
            CaughtUp = schedule.CaughtUp,
            Gaps = _now.Gaps + (step == LoopStep.Gap ? 1 : 0),
            LatenessMax = Max(_now.LatenessMax, start - due),
            DurationMax = Max(_now.DurationMax, end - start),
        };
        if (isMiss)
            Miss(end, end - due - MonotonicTime.ToNanoseconds(_now.Period));
        _snapshot.Write(_now);
        return isMiss && IsWorthALine(_missesSinceQuiet);
    }

    public void Gap()
    {
        _now = _now with { Gaps = _now.Gaps + 1 };
        _snapshot.Write(_now);
    }

    private static bool IsWorthALine(long misses) =>
        misses == 1 || misses >= 10 && misses % 10 == 0 && System.Numerics.BitOperations.IsPow2(misses / 10);

    private static TimeSpan Max(TimeSpan longest, long nanoseconds)
    {
        var duration = MonotonicTime.FromNanoseconds(Math.Max(0, nanoseconds));
        return duration > longest ? duration : longest;
    }

    private void Miss(long at, long lateness)
    {
        _missesSinceQuiet = at - _lastMiss >= Rearm ? 1 : _missesSinceQuiet + 1;
        _lastMiss = at;
        _now = _now with
        {
            Misses = _now.Misses + 1,
            ConsecutiveMissesMax = Math.Max(_now.ConsecutiveMissesMax, _consecutiveMisses),
            LastMissLateness = MonotonicTime.FromNanoseconds(lateness),
            LastMissAt = _timeProvider.GetUtcNow(),
        };
    }
}
