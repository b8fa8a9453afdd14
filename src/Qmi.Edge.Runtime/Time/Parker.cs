namespace Qmi.Edge.Runtime;

/// <summary>
/// Lets one thread wait for an absolute deadline or for a permit, whichever comes first: the one primitive behind
/// <c>Sleep</c>, the loop's wait, a wait for a signal, a lock, a call or a join.
/// </summary>
/// <remarks>
/// A permit is one bit: <see cref="Unpark"/> before <see cref="Park"/> makes the next park return at once, several unparks are one.
/// A caller therefore checks its condition, parks, and checks again.
/// </remarks>
public abstract class Parker
{
    [ThreadStatic]
    private static Parker? t_parker;

    [ThreadStatic]
    private static TimeProvider? t_timeProvider;

    /// <summary>Waits until <see cref="Unpark"/> is called or the deadline passes. Only for the owning thread.</summary>
    /// <param name="deadline">Monotonic nanoseconds (<see cref="MonotonicTime"/>).</param>
    /// <returns>True when a permit was taken, false when the deadline passed.</returns>
    public abstract bool Park(long deadline);

    /// <summary>Ends the current or the next <see cref="Park"/>. From any thread; never blocks, never allocates.</summary>
    public abstract void Unpark();

    /// <summary>The best way to wait on this clock: a futex for the system's, the clock's own for a test's.</summary>
    public static Parker Create(TimeProvider timeProvider) => timeProvider switch
    {
        IParkerFactory factory => factory.CreateParker(),
        _ when timeProvider == TimeProvider.System && OperatingSystem.IsLinux() => new FutexParker(),
        _ => new TimerParker(timeProvider),
    };

    /// <summary>The parker of the calling thread.</summary>
    public static Parker ForCurrentThread(TimeProvider timeProvider)
    {
        if (t_parker is { } parker && ReferenceEquals(t_timeProvider, timeProvider))
        {
            return parker;
        }

        t_timeProvider = timeProvider;
        return t_parker = Create(timeProvider);
    }

    /// <summary>Makes <paramref name="parker"/> the parker of the calling thread, so that its owner can end any wait the thread is in.</summary>
    internal static void SetForCurrentThread(TimeProvider timeProvider, Parker parker)
    {
        t_timeProvider = timeProvider;
        t_parker = parker;
    }
}

/// <summary>A clock that brings its own way of waiting (a test's clock).</summary>
public interface IParkerFactory
{
    /// <summary>A new parker on this clock.</summary>
    Parker CreateParker();
}
