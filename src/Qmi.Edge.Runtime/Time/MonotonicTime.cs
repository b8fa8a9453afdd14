namespace Qmi.Edge.Runtime;

/// <summary>Nanoseconds on the monotonic clock of a <see cref="TimeProvider"/>: the only scale that scheduling uses.</summary>
/// <remarks>For <see cref="TimeProvider.System"/> on Linux this is CLOCK_MONOTONIC itself, so that a value can be given to the kernel as an absolute deadline.</remarks>
public static class MonotonicTime
{
    /// <summary>A deadline that never comes.</summary>
    public const long Never = long.MaxValue;

    /// <summary>Nanoseconds in a millisecond.</summary>
    public const long Millisecond = 1_000_000;

    /// <summary>Nanoseconds in a second.</summary>
    public const long Second = 1_000_000_000;

    /// <summary>The current monotonic time in nanoseconds.</summary>
    public static long GetNanoseconds(this TimeProvider timeProvider)
    {
        var timestamp = timeProvider.GetTimestamp();
        var frequency = timeProvider.TimestampFrequency;
        return frequency == Second ? timestamp : (long)((Int128)timestamp * Second / frequency);
    }

    /// <summary>The monotonic time at which <paramref name="timeout"/> will have passed; <see cref="Never"/> for an infinite timeout.</summary>
    public static long GetDeadline(this TimeProvider timeProvider, TimeSpan timeout) =>
        timeout == Timeout.InfiniteTimeSpan ? Never : AddSaturating(timeProvider.GetNanoseconds(), ToNanoseconds(timeout));

    /// <summary>What is left until <paramref name="deadline"/>, never negative; infinite for <see cref="Never"/>.</summary>
    public static TimeSpan GetRemaining(this TimeProvider timeProvider, long deadline)
    {
        if (deadline == Never)
            return Timeout.InfiniteTimeSpan;
        var now = timeProvider.GetNanoseconds();
        return deadline <= now ? TimeSpan.Zero : FromNanoseconds(deadline - now);
    }

    /// <summary>A duration in nanoseconds.</summary>
    public static long ToNanoseconds(TimeSpan duration) =>
        duration.Ticks > long.MaxValue / TimeSpan.NanosecondsPerTick ? Never : duration.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>A duration from nanoseconds, rounded up to the 100 ns tick so that a wait for it never ends early.</summary>
    public static TimeSpan FromNanoseconds(long nanoseconds) =>
        TimeSpan.FromTicks((nanoseconds / TimeSpan.NanosecondsPerTick) + (nanoseconds % TimeSpan.NanosecondsPerTick > 0 ? 1 : 0));

    private static long AddSaturating(long left, long right) => right > Never - left ? Never : left + right;
}
