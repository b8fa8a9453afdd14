namespace Qmi.Edge.Runtime;

/// <summary>The signs of life of one run of a task, all from its own thread. Giving one costs a look at the clock; anybody may read.</summary>
internal sealed class Heartbeat(TimeProvider timeProvider)
{
    // A task that waits in a way that a stop request ends is well for as long as that takes.
    private const long Resting = MonotonicTime.Never;

    [ThreadStatic]
    private static Heartbeat? t_heartbeat;

    private long _last = Resting;

    /// <summary>The last sign, monotonic nanoseconds; <see cref="MonotonicTime.Never"/> while the task waits.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>The task on this thread, if there is one, gives a sign of life.</summary>
    public static void BeatOnThisThread() => t_heartbeat?.Beat();

    /// <summary>The task on this thread, if there is one, waits from now until its next sign.</summary>
    public static void RestOnThisThread() => t_heartbeat?.Rest();

    /// <summary>From now on this is the heartbeat of the calling thread.</summary>
    public void EnterThread() => t_heartbeat = this;

    public void Beat() => Beat(timeProvider.GetNanoseconds());

    /// <summary>The same for who knows what time it is.</summary>
    public void Beat(long now) => Volatile.Write(ref _last, now);

    public void Rest() => Volatile.Write(ref _last, Resting);
}
