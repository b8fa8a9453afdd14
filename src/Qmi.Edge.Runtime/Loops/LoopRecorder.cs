namespace Qmi.Edge.Runtime;

/// <summary>Records what a loop does, in its own thread and without allocating; anybody may read.</summary>
internal sealed class LoopRecorder
{
    private const long NoTurn = long.MinValue;

    private readonly Lock _resetting = new();
    private readonly MissThrottle _throttle = new();
    private readonly TimeProvider _timeProvider;
    private volatile LoopTally _tally;
    private volatile LoopConfiguration _inEffect;
    private long _turnBegan = NoTurn;
    private long _skipped;
    private long _caughtUp;
    private long _consecutiveMisses;
    private TimeSpan _collecting = GC.GetTotalPauseDuration();

    public LoopRecorder(LoopConfiguration configuration, int epoch, TimeProvider timeProvider)
    {
        (_inEffect, _timeProvider) = (configuration, timeProvider);
        _tally = new LoopTally(epoch, timeProvider.GetUtcNow());
    }

    /// <summary>What the loop has done in this epoch.</summary>
    public LoopStatistics Statistics => _tally.Read(_inEffect);

    /// <summary>The number of the epoch.</summary>
    public int Epoch => _tally.Epoch;

    /// <summary>Turns of this run, whatever the epoch.</summary>
    public long Turns { get; private set; }

    /// <summary>When the turn began that runs now, monotonic nanoseconds; null between turns. The heartbeat of the loop, readable by anybody.</summary>
    public long? TurnBegan => Volatile.Read(ref _turnBegan) is var began && began == NoTurn ? null : began;

    /// <summary>The misses since it was quiet, for the loop.</summary>
    public MissThrottle Throttle => _throttle;

    /// <summary>A turn begins.</summary>
    public void BeginTurn(long now) => Volatile.Write(ref _turnBegan, now);

    /// <summary>The turn that ran was left by an exception, or its end is recorded elsewhere.</summary>
    public void EndTurn() => Volatile.Write(ref _turnBegan, NoTurn);

    /// <summary>Period and policy are in effect from now on.</summary>
    public void Configured(LoopConfiguration configuration) => _inEffect = configuration;

    /// <summary>Begins an epoch with counters at zero. A turn that is just being recorded counts in one of the two. From any thread.</summary>
    /// <param name="epoch">Only if this is the epoch now; null = whichever it is.</param>
    /// <returns>The epoch that has ended; null when it is another one.</returns>
    public LoopStatistics? Reset(int? epoch)
    {
        lock (_resetting)
        {
            var ended = _tally;
            if (epoch is { } expected && expected != ended.Epoch)
                return null;
            _tally = new LoopTally(ended.Epoch + 1, _timeProvider.GetUtcNow());
            return ended.Read(_inEffect);
        }
    }

    /// <summary>Records a turn.</summary>
    /// <returns>What is worth telling about it.</returns>
    public LoopNews Turn(long due, long start, long end, LoopStep step, LoopSchedule schedule)
    {
        EndTurn();
        Turns++;
        var period = _inEffect.Period;
        var isMiss = step is LoopStep.Missed or LoopStep.Terminate;
        _consecutiveMisses = isMiss ? _consecutiveMisses + 1 : 0;
        var collecting = GC.GetTotalPauseDuration();
        _tally.Add(new LoopTurn
        {
            Lateness = MonotonicTime.FromNanoseconds(Math.Max(0, start - due)),
            Duration = MonotonicTime.FromNanoseconds(Math.Max(0, end - start)),
            Period = period,
            Step = step,
            Skipped = schedule.Skipped - _skipped,
            CatchesUp = schedule.CaughtUp > _caughtUp,
            Consecutive = _consecutiveMisses,
            HadCollection = collecting > _collecting,
            Overrun = MonotonicTime.FromNanoseconds(end - due) - period,
            EndedAt = isMiss ? _timeProvider.GetUtcNow() : default,
        });
        (_skipped, _caughtUp, _collecting) = (schedule.Skipped, schedule.CaughtUp, collecting);
        return _throttle.Note(end, isMiss, MonotonicTime.ToNanoseconds(period));
    }

    /// <summary>Records a gap in the wait between two turns.</summary>
    public void Gap() => _tally.AddGap();
}
