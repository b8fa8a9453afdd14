namespace Qmi.Edge.Bridge;

/// <summary>
/// How long to wait before the next attempt: anything from nothing to a bound that doubles with each failure ("full jitter"), so that a
/// thousand boxes do not come back to a restarted broker in the same moment.
/// </summary>
internal sealed class BackOff(TimeSpan first, TimeSpan longest, Random random)
{
    private int _failures;

    /// <summary>The wait after another failure.</summary>
    public TimeSpan Next()
    {
        // 30 doublings of a tick exceed any sensible bound: the shift cannot overflow into nonsense.
        var bound = Math.Min(first.Ticks * (double)(1L << Math.Min(_failures, 30)), longest.Ticks);
        _failures++;
        return TimeSpan.FromTicks((long)(bound * random.NextDouble()));
    }

    /// <summary>
    /// A connection that was made has ended. Only one that lasted longer than the longest wait begins the count anew: two clients with
    /// one identifier throw each other out right after connecting, and must not do so at full speed.
    /// </summary>
    public void ConnectionEnded(TimeSpan lifetime)
    {
        if (lifetime > longest)
            _failures = 0;
    }
}
