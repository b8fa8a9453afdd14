using System.Numerics;

namespace Qmi.Edge.Runtime;

/// <summary>What is worth telling about a turn.</summary>
internal enum LoopNews
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Its deadline was missed, and not too many others were told of lately.</summary>
    Missed,

    /// <summary>For a while no deadline was missed.</summary>
    Recovered,
}

/// <summary>
/// Decides which misses are told: the first, the tenth, then at every doubling. After a quiet time without any, that is told, and the next
/// one is a first one again.
/// </summary>
internal sealed class MissThrottle
{
    // At least; a slow loop is quiet only after some turns.
    private const long ShortestQuiet = 10 * MonotonicTime.Second;
    private const int QuietPeriods = 10;

    private long _first;
    private long _last;

    /// <summary>Misses since it was quiet; after <see cref="LoopNews.Recovered"/>, how many there were.</summary>
    public long Misses { get; private set; }

    /// <summary>From the first to the last of them.</summary>
    public TimeSpan Over => MonotonicTime.FromNanoseconds(_last - _first);

    private bool IsQuiet { get; set; } = true;

    /// <summary>Notes a turn.</summary>
    /// <param name="now">When it ended, monotonic nanoseconds.</param>
    /// <param name="isMiss">Whether its deadline was missed.</param>
    /// <param name="period">The period, nanoseconds.</param>
    public LoopNews Note(long now, bool isMiss, long period)
    {
        var hasRested = now - _last >= Math.Max(ShortestQuiet, QuietPeriods * period);
        if (!isMiss)
        {
            if (IsQuiet || !hasRested)
                return LoopNews.None;
            IsQuiet = true;
            return LoopNews.Recovered;
        }

        if (IsQuiet || hasRested)
            (IsQuiet, Misses, _first) = (false, 0, now);
        _last = now;
        Misses++;
        return IsTold(Misses) ? LoopNews.Missed : LoopNews.None;
    }

    private static bool IsTold(long misses) => misses == 1 || (misses % 10 == 0 && BitOperations.IsPow2(misses / 10));
}
