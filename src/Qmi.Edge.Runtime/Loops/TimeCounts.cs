namespace Qmi.Edge.Runtime;

/// <summary>What a <see cref="TimeHistogram"/> has counted.</summary>
/// <param name="Buckets">Those that are not empty, the shortest durations first.</param>
/// <param name="Total">How many durations.</param>
internal readonly record struct TimeCounts(IReadOnlyList<TimeBucket> Buckets, long Total)
{
    /// <summary>The duration that a share of all does not exceed: as in a sorted list, the value at the rank of share times count, rounded up.</summary>
    /// <param name="share">0 to 1.</param>
    public TimeSpan Percentile(double share)
    {
        var rank = Math.Clamp((long)Math.Ceiling(share * Total), 1, Math.Max(1, Total));
        foreach (var bucket in Buckets)
        {
            rank -= bucket.Count;
            if (rank <= 0)
                return bucket.UpTo;
        }

        return TimeSpan.Zero;
    }
}
