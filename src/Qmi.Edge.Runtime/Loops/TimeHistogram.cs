using System.Numerics;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Counts durations in buckets, 32 to each doubling: what is read from it is at most 1/32 (3.125 %) too high, and exact up to 6.4 us. One
/// thread adds and never waits or allocates; any thread may read meanwhile.
/// </summary>
internal sealed class TimeHistogram
{
    // Of a doubling, as a power of two.
    private const int SubBits = 5;
    private const int SubBuckets = 1 << SubBits;

    // In ticks of 100 ns: almost two hours, longer ones count as that. With this the counts take 8 KiB.
    private const int LongestBits = 36;
    private const int Buckets = (LongestBits - SubBits + 1) * SubBuckets;
    private const long Longest = (1L << LongestBits) - 1;

    private readonly long[] _counts = new long[Buckets];

    /// <summary>Counts one duration; a negative one as none.</summary>
    public void Add(TimeSpan duration) => _counts[IndexOf(Math.Clamp(duration.Ticks, 0, Longest))]++;

    /// <summary>The counts by now. Of one that is being added, this has it or has it not.</summary>
    public TimeCounts Read()
    {
        var counts = new List<TimeBucket>();
        var total = 0L;
        for (var index = 0; index < Buckets; index++)
        {
            var count = Volatile.Read(ref _counts[index]);
            if (count == 0)
                continue;
            counts.Add(new TimeBucket(TimeSpan.FromTicks(HighestOf(index)), count));
            total += count;
        }

        return new TimeCounts(counts, total);
    }

    // Below 64 ticks the bucket is the value; above, the highest six bits of the value and how many follow.
    private static int IndexOf(long ticks)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)ticks) - SubBits);
        return (shift << SubBits) + (int)(ticks >> shift);
    }

    private static long HighestOf(int index)
    {
        var shift = Math.Max(0, (index >> SubBits) - 1);
        return ((index - ((long)shift << SubBits) + 1) << shift) - 1;
    }
}
