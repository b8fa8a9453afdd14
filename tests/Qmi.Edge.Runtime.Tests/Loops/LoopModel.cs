namespace Qmi.Edge.Runtime.Tests;

/// <summary>
/// What the contract says of a loop, told slot by slot: without the arithmetic of <see cref="LoopSchedule"/>, and counting each slot as it
/// passes. In nanoseconds.
/// </summary>
internal sealed class LoopModel(long origin, long period, MissedLoopPolicy policy)
{
    private long _due = origin;
    private long _gridBegan = origin;
    private long _period = period;
    private MissedLoopPolicy _policy = policy;
    private int _burst;

    public long Turns { get; private set; }

    public long Misses { get; private set; }

    public long Skipped { get; private set; }

    public long CaughtUp { get; private set; }

    public long Gaps { get; private set; }

    public long ConsecutiveMax { get; private set; }

    /// <summary>Slots that have passed on grids that have ended.</summary>
    public long SlotsOfEndedGrids { get; private set; }

    /// <summary>Slots that have passed, measured with a ruler along the grids.</summary>
    public long Slots => SlotsOfEndedGrids + ((_due - _gridBegan) / _period);

    public bool HasTerminated { get; private set; }

    private long Consecutive { get; set; }

    /// <summary>A turn has run that ended then.</summary>
    /// <returns>When the next one starts.</returns>
    public long Turn(long end)
    {
        Turns++;
        var deadline = _due + _period;
        if (end < deadline)
        {
            (_due, _burst, Consecutive) = (deadline, 0, 0);
            return _due;
        }

        if (_policy != MissedLoopPolicy.Terminate && end - deadline > Math.Max(10 * _period, 5 * MonotonicTime.Second))
        {
            Gaps++;
            Consecutive = 0;
            Begin(deadline, end);
            return end;
        }

        Misses++;
        ConsecutiveMax = Math.Max(ConsecutiveMax, ++Consecutive);
        Miss(deadline, end);
        return Math.Max(end, _due);
    }

    /// <summary>Another period or policy from the next turn on, which stays where it is due.</summary>
    public void Change(long period, MissedLoopPolicy policy)
    {
        _policy = policy;
        if (period == _period)
            return;
        Begin(_due, _due);
        _period = period;
    }

    private void Miss(long deadline, long end)
    {
        switch (_policy)
        {
            case MissedLoopPolicy.Terminate:
                (_due, HasTerminated) = (deadline, true);
                break;
            case MissedLoopPolicy.Immediate:
                Begin(deadline, end);
                break;
            case MissedLoopPolicy.CatchUp when _burst < 5:
                (_due, _burst) = (deadline, _burst + 1);
                CaughtUp++;
                break;
            default:
                _burst = 0;
                for (_due = deadline; _due < end; _due += _period)
                    Skipped++;
                break;
        }
    }

    // The old grid ends with the slot that ended then.
    private void Begin(long oldEnd, long origin)
    {
        SlotsOfEndedGrids += (oldEnd - _gridBegan) / _period;
        (_due, _gridBegan, _burst) = (origin, origin, 0);
    }
}
