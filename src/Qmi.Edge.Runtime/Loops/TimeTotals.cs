namespace Qmi.Edge.Runtime;

/// <summary>What can be kept of durations exactly.</summary>
internal struct TimeTotals
{
    private TimeSpan _sum;
    private TimeSpan _min;
    private TimeSpan _max;
    private long _count;

    /// <summary>All of them together.</summary>
    public readonly TimeSpan Sum => _sum;

    public void Add(TimeSpan duration)
    {
        _sum += duration;
        _max = duration > _max ? duration : _max;
        _min = _count == 0 || duration < _min ? duration : _min;
        _count++;
    }

    /// <summary>With the percentiles of the same durations; null when there is none.</summary>
    public readonly TimeStatistics? With(TimeCounts counts)
    {
        if (_count == 0)
            return null;
        var max = _max;
        TimeSpan Percentile(double share) => counts.Percentile(share) is var found && found < max ? found : max;
        return new TimeStatistics
        {
            Min = _min,
            Mean = _sum / _count,
            P50 = Percentile(0.5),
            P99 = Percentile(0.99),
            P999 = Percentile(0.999),
            Max = _max,
            Buckets = counts.Buckets,
        };
    }
}
