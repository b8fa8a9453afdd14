namespace Qmi.Edge.Runtime;

/// <summary>What a loop does after a turn.</summary>
internal enum LoopStep
{
    /// <summary>The deadline was kept: wait for the next slot.</summary>
    Wait,

    /// <summary>The deadline was missed; the next turn is at <see cref="LoopSchedule.NextStart"/>.</summary>
    Missed,

    /// <summary>So much time was lost that it was no ordinary miss: the grid starts anew.</summary>
    Gap,

    /// <summary>The deadline was missed and the policy is to end.</summary>
    Terminate,
}

/// <summary>
/// The grid of a loop and what a missed deadline does to it: arithmetic on nanoseconds, no waiting. Slot k is due at origin + k * period,
/// so lateness never accumulates.
/// </summary>
internal sealed class LoopSchedule
{
    /// <summary>How many missed turns <see cref="MissedLoopPolicy.CatchUp"/> runs back to back.</summary>
    public const int MaxBurst = 5;

    /// <summary>Shortest period.</summary>
    public static readonly TimeSpan MinPeriod = TimeSpan.FromMicroseconds(100);

    private const long ShortestGap = 5 * MonotonicTime.Second;
    private const int GapPeriods = 10;

    private long _origin;
    private long _period;
    private long _slot;
    private int _burst;

    public LoopSchedule(long origin, TimeSpan period, MissedLoopPolicy policy)
    {
        (_origin, _period, Policy) = (origin, MonotonicTime.ToNanoseconds(period), policy);
    }

    /// <summary>What a miss does.</summary>
    public MissedLoopPolicy Policy { get; private set; }

    /// <summary>When the current turn was or is due to start.</summary>
    public long NextStart => _origin + (_slot * _period);

    /// <summary>When the current turn must have ended.</summary>
    public long Deadline => NextStart + _period;

    /// <summary>Slots that no turn was run for.</summary>
    public long Skipped { get; private set; }

    /// <summary>Turns that ran after their slot was over, to catch up.</summary>
    public long CaughtUp { get; private set; }

    /// <summary>Decides, at the end of a turn, when the next one starts.</summary>
    public LoopStep EndTurn(long now)
    {
        if (now < Deadline)
        {
            _burst = 0;
            _slot++;
            return LoopStep.Wait;
        }

        if (Policy == MissedLoopPolicy.Terminate)
            return LoopStep.Terminate;
        if (IsGap(now - Deadline))
        {
            Restart(now);
            return LoopStep.Gap;
        }

        switch (Policy)
        {
            case MissedLoopPolicy.Skip:
                SkipTo(now);
                break;
            case MissedLoopPolicy.CatchUp when _burst < MaxBurst:
                _burst++;
                _slot++;
                CaughtUp++;
                break;
            case MissedLoopPolicy.CatchUp:
                _burst = 0;
                SkipTo(now);
                break;
            default:
                Restart(now);
                break;
        }

        return LoopStep.Missed;
    }

    /// <summary>Looks, when a turn is about to start, whether the wait itself lost so much time that the grid must start anew.</summary>
    public bool RestartIfGap(long now)
    {
        if (!IsGap(now - NextStart))
            return false;
        Restart(now);
        return true;
    }

    /// <summary>Changes period and policy between two turns; the next turn stays where it is due and begins the new grid.</summary>
    public void Change(TimeSpan period, MissedLoopPolicy policy)
    {
        Policy = policy;
        var nanoseconds = MonotonicTime.ToNanoseconds(period);
        if (nanoseconds == _period)
            return;
        Restart(NextStart);
        _period = nanoseconds;
    }

    /// <summary>Throws when a loop cannot have that period.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/>.</exception>
    public static void ThrowIfInvalid(TimeSpan period, MissedLoopPolicy policy)
    {
        if (period < MinPeriod)
            throw new QmiException(ErrorCode.BadArgs, $"A loop period of {period.TotalMilliseconds} ms is too short: the shortest is {MinPeriod.TotalMilliseconds} ms.");
        if (!Enum.IsDefined(policy))
            throw new QmiException(ErrorCode.BadArgs, $"{(int)policy} is no missed-loop policy: choose {string.Join(", ", Enum.GetNames<MissedLoopPolicy>())}.");
    }

    private bool IsGap(long lateness) => lateness > Math.Max(GapPeriods * _period, ShortestGap);

    private void SkipTo(long now)
    {
        var elapsed = now - _origin;
        var next = (elapsed / _period) + (elapsed % _period > 0 ? 1 : 0);
        Skipped += next - _slot - 1;
        _slot = next;
    }

    private void Restart(long origin)
    {
        (_origin, _slot, _burst) = (origin, 0, 0);
    }
}
