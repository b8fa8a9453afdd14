using System.Runtime.InteropServices;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Wakes the one thread that sleeps in poll: any thread rings, and so does the clock at a deadline. With the system's clock poll's own
/// timeout does that; any other clock rings through one of its timers.
/// </summary>
internal sealed unsafe class Doorbell : IDisposable
{
    // A thread that wakes up so much later than it asked for had no processor: the process was stopped, most likely.
    private const long Tolerance = 250 * MonotonicTime.Millisecond;

    // A sleep that is shorter than this was none: what it was to wait for was there already.
    private const long NoSleep = 10 * MonotonicTime.Millisecond;

    private readonly Lock _gate = new();
    private readonly TimeProvider _timeProvider;
    private readonly ITimer? _timer;
    private int _descriptor;
    private long _naps;
    private long _woken = MonotonicTime.Never;
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

    /// <summary>
    /// For how many nanoseconds up to the end of the last sleep the thread could look at nothing, because the process was stopped or the thread was
    /// busy; 0 when it woke in time. What it finds then may be as old as that. Known for the system's clock only.
    /// </summary>
    public long Absence { get; private set; }

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
        var asleep = _timeProvider.GetNanoseconds();
        _isAsleep = true;
        // A signal ends it with nothing looked at, and a process that goes on after it was stopped has got one.
        if (Libc.Poll(descriptors, (nuint)count, timeout) < 0)
            Libc.Poll(descriptors, (nuint)count, 0);
        Volatile.Write(ref _naps, _naps + 1);
        _isAsleep = false;
        Absence = _timer is null ? Measure(asleep, timeout) : 0;
    }

    private long Measure(long asleep, int timeout)
    {
        var before = asleep - _woken;
        _woken = _timeProvider.GetNanoseconds();
        var slept = _woken - asleep;
        if (timeout >= 0 && slept > (timeout * MonotonicTime.Millisecond) + Tolerance)
            return slept;
        return slept < NoSleep && before > Tolerance ? before + slept : 0;
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
