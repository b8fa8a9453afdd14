namespace Qmi.Edge.Runtime;

/// <summary>Durations of many turns in a few numbers. Percentiles are at most 1/32 (3.125 %) too high, all else is exact to 100 ns.</summary>
public sealed record TimeStatistics
{
    /// <summary>The shortest.</summary>
    public required TimeSpan Min { get; init; }

    /// <summary>The mean.</summary>
    public required TimeSpan Mean { get; init; }

    /// <summary>What half of them do not exceed.</summary>
    public required TimeSpan P50 { get; init; }

    /// <summary>What 99 % of them do not exceed.</summary>
    public required TimeSpan P99 { get; init; }

    /// <summary>What 99.9 % of them do not exceed.</summary>
    public required TimeSpan P999 { get; init; }

    /// <summary>The longest.</summary>
    public required TimeSpan Max { get; init; }

    /// <summary>How many of them are how long, the shortest first; buckets without any are left out. Empty where only the numbers above are shown.</summary>
    public IReadOnlyList<TimeBucket> Buckets { get; init; } = [];
}
