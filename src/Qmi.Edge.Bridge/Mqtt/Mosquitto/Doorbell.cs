using System.Runtime.InteropServices;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Wakes the one thread that sleeps in poll: any thread rings, and so does the clock at a deadline. With the system's clock poll's own
/// timeout does that; any other clock rings through one of its timers.
/// </summary>
internal sealed unsafe class Doorbell : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _timeProvider;
    private readonly ITimer? _timer;
    private int _descriptor;
    private long _naps;
    private volatile bool _isAsleep;

    public Doorbell(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _descriptor = Libc.EventFd(0, Libc.EventNonBlocking | Libc.EventCloseOnExec);
        if (_descriptor < 0)
            throw new InvalidOperationException($"No eventfd: {Marshal.GetLastPInvokeErrorMessage()}");
        if (timeProvider != TimeProvider.System)
            _timer = timeProvider.CreateTimer(static bell => ((Doorbell)bell!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>For poll.</summary>
    public int Descriptor => _descriptor;

    /// <summary>How often the thread has slept, while it is awake; null while it sleeps. One that does not change is a thread that hangs in what it does.</summary>
    public long? Awake => _isAsleep ? null : Volatile.Read(ref _naps);

    /// <summary>From any thread; after <see cref="Dispose"/> it does nothing.</summary>
    public void Ring()
    {
        lock (_gate)
        {
            ulong one = 1;
            if (_descriptor >= 0)
                Libc.Write(_descriptor, &one, sizeof(ulong));
        }
    }

    /// <summary>Forgets all rings so far. Only for the thread that sleeps.</summary>
    public void Clear()
    {
        ulong rings;
        Libc.Read(_descriptor, &rings, sizeof(ulong));
    }

    /// <summary>The timeout to give to poll so that it ends at the deadline.</summary>
    /// <param name="deadline">Monotonic nanoseconds on the clock.</param>
    /// <returns>Milliseconds, rounded up; -1 for a wait that only a ring ends.</returns>
    public int GetPollTimeout(long deadline)
    {
        if (deadline == MonotonicTime.Never)
            return -1;

        var remaining = _timeProvider.GetRemaining(deadline);
        if (_timer is null || remaining == TimeSpan.Zero)
            return (int)Math.Min(Math.Ceiling(remaining.TotalMilliseconds), int.MaxValue);

        _timer.Change(remaining, Timeout.InfiniteTimeSpan);
        return -1;
    }

    /// <summary>Sleeps until a ring or the deadline.</summary>
    public void Wait(long deadline)
    {
        var descriptor = new PollDescriptor { Descriptor = _descriptor, Events = Libc.PollIn };
        Sleep(&descriptor, 1, GetPollTimeout(deadline));
        if ((descriptor.Returned & Libc.PollIn) != 0)
            Clear();
    }

    /// <summary>The one place where the thread sleeps, so that <see cref="Awake"/> can be known.</summary>
    public void Sleep(PollDescriptor* descriptors, int count, int timeout)
    {
        _isAsleep = true;
        Libc.Poll(descriptors, (nuint)count, timeout);
        Volatile.Write(ref _naps, _naps + 1);
        _isAsleep = false;
    }

    public void Dispose()
    {
        _timer?.Dispose();
        lock (_gate)
        {
            if (_descriptor >= 0)
                Libc.Close(_descriptor);
            _descriptor = -1;
        }
    }
}
