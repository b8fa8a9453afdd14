namespace Qmi.Edge.Runtime;

/// <summary>
/// Keeps one caller from taking the box from the others: each has a bucket of tokens that fills at a steady rate, and each request that
/// changes something takes one.
/// </summary>
internal sealed class CallerRates(double perSecond, int burst, TimeProvider timeProvider)
{
    // Buckets that are full again are forgotten when there are so many.
    private const int MostBuckets = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Bucket> _buckets = [];

    /// <returns>Null; or what to tell the caller when there is no token: BUSY, with the time after which there is one again.</returns>
    public QmiException? Take(string caller)
    {
        if (perSecond <= 0)
            return null;
        TimeSpan wait;
        lock (_gate)
        {
            var now = timeProvider.GetNanoseconds();
            var bucket = Refill(caller, now);
            if (bucket.Tokens >= 1)
            {
                _buckets[caller] = bucket with { Tokens = bucket.Tokens - 1 };
                return null;
            }

            _buckets[caller] = bucket;
            wait = TimeSpan.FromSeconds((1 - bucket.Tokens) / perSecond);
        }

        return new QmiException(ErrorCode.Busy, $"{caller} sends more than {perSecond} requests a second, which is the most that the box takes from one caller: nothing was done. Send it again, under the same id, in {Math.Ceiling(wait.TotalMilliseconds)} ms.")
        {
            RetryAfter = wait,
            Details = new Dictionary<string, object?> { ["code"] = "RATE", ["limit_per_s"] = (long)perSecond },
        };
    }

    private Bucket Refill(string caller, long now)
    {
        if (!_buckets.TryGetValue(caller, out var bucket))
        {
            if (_buckets.Count >= MostBuckets)
                ForgetFull(now);
            return new Bucket(burst, now);
        }

        return new Bucket(Fill(bucket, now), now);
    }

    private double Fill(Bucket bucket, long now) => Math.Min(burst, bucket.Tokens + ((now - bucket.At) * perSecond / MonotonicTime.Second));

    private void ForgetFull(long now)
    {
        foreach (var (caller, bucket) in _buckets)
        {
            if (Fill(bucket, now) >= burst)
                _buckets.Remove(caller);
        }
    }

    private readonly record struct Bucket(double Tokens, long At);
}
