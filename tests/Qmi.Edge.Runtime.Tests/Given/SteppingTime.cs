namespace Qmi.Edge.Runtime.Tests;

/// <summary>
/// A clock without locks for one loop that turns as fast as it can: when the loop waits, it is at once as late as the loop has waited for.
/// All other threads wait until they are called.
/// </summary>
internal sealed class SteppingTime(string loop) : TimeProvider, IParkerFactory
{
    private long _now;

    public override long TimestampFrequency => MonotonicTime.Second;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp() / TimeSpan.NanosecondsPerTick);

    /// <summary>Lets the loop's turn take some time.</summary>
    public void Step(TimeSpan duration) => Volatile.Write(ref _now, _now + MonotonicTime.ToNanoseconds(duration));

    public Parker CreateParker() => new SteppingParker(this, loop);

    private sealed class SteppingParker(SteppingTime time, string loop) : Parker
    {
        private readonly SemaphoreSlim _permit = new(0);

        public override bool Park(long deadline)
        {
            if (deadline == MonotonicTime.Never || Thread.CurrentThread.Name != loop)
                return _permit.Wait(GivenBox.Patience);
            Volatile.Write(ref time._now, Math.Max(time._now, deadline));
            return false;
        }

        public override void Unpark() => _permit.Release();
    }
}
