using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>
/// Bytes through a non-blocking file descriptor, with waits that end at a deadline, with <see cref="Interruption.Token"/>,
/// or with <see cref="Wake"/>. Nothing here allocates after the first wait.
/// </summary>
/// <remarks>Results follow the kernel: zero or more is a count, less than zero an errno with its sign turned; EAGAIN says that the wait ended without bytes.</remarks>
internal sealed unsafe class PollChannel(TimeProvider timeProvider) : IDisposable
{
    private readonly WakeEvent _wake = new();
    private SafeDescriptor? _descriptor;
    private ITimer? _timer;

    /// <summary>From now on reads and writes go to <paramref name="descriptor"/>, which the channel owns.</summary>
    public void Attach(SafeDescriptor descriptor)
    {
        _descriptor?.Dispose();
        _descriptor = descriptor;
    }

    /// <summary>Closes the descriptor; <see cref="Attach"/> may follow.</summary>
    public void Detach()
    {
        _descriptor?.Dispose();
        _descriptor = null;
    }

    /// <summary>Ends the current or the next wait. From any thread.</summary>
    public void Wake() => _wake.Set();

    public int Receive(Span<byte> buffer, long deadline)
    {
        var count = TryReceive(buffer);
        return count == -Errno.Again && Wait(PollEntry.Input, deadline) ? TryReceive(buffer) : count;
    }

    public int Send(ReadOnlySpan<byte> data, long deadline)
    {
        var count = TrySend(data);
        return count == -Errno.Again && Wait(PollEntry.Output, deadline) ? TrySend(data) : count;
    }

    /// <summary>Waits for <paramref name="events"/> on the descriptor, or only to be woken when nothing is attached.</summary>
    /// <returns>True when the descriptor is ready or has failed; false when the wait ended otherwise, also without a reason.</returns>
    public bool Wait(short events, long deadline)
    {
        var token = Interruption.Token;
        bool ready;
        using (Interruption.EnterWait())
        using (token.UnsafeRegister(static wake => ((WakeEvent)wake!).Set(), _wake))
            ready = Poll(events, deadline);

        // Only now: disposing of the registration has waited for its callback, so no wake of this token can come after.
        if (!ready)
            _wake.Clear();
        return ready;
    }

    public void Dispose()
    {
        Detach();
        _timer?.Dispose();
        _wake.Dispose();
    }

    private bool Poll(short events, long deadline)
    {
        var entries = stackalloc PollEntry[2];
        entries[0] = new PollEntry { Descriptor = (int?)_descriptor?.DangerousGetHandle() ?? -1, Events = events };
        entries[1] = new PollEntry { Descriptor = _wake.Descriptor, Events = PollEntry.Input };

        PollTimeout timeout;
        var bounded = TryGetTimeout(deadline, &timeout);
        var result = Libc.Poll(entries, 2, bounded ? &timeout : null, 0);
        if (result < 0 && Libc.LastError != Errno.Interrupted)
            throw new QmiException(ErrorCode.Internal, $"ppoll failed: {Libc.Explain(Libc.LastError)}.");

        return result > 0 && entries[0].Returned != 0;
    }

    /// <summary>A clock that is not the kernel's wakes the wait by its own timer, so that a test's clock ends it too.</summary>
    private bool TryGetTimeout(long deadline, PollTimeout* timeout)
    {
        if (deadline == MonotonicTime.Never)
            return false;

        var remaining = Math.Max(0, deadline - timeProvider.GetNanoseconds());
        if (remaining > 0 && !ReferenceEquals(timeProvider, TimeProvider.System))
        {
            _timer ??= timeProvider.CreateTimer(static wake => ((WakeEvent)wake!).Set(), _wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(MonotonicTime.FromNanoseconds(remaining), Timeout.InfiniteTimeSpan);

            // Somebody may have turned the clock between the two lines above; the second attempt starts from where it is now.
            remaining = Math.Max(0, deadline - timeProvider.GetNanoseconds());
            _timer.Change(MonotonicTime.FromNanoseconds(remaining), Timeout.InfiniteTimeSpan);
            return false;
        }

        *timeout = new PollTimeout { Seconds = (nint)(remaining / MonotonicTime.Second), Nanoseconds = (nint)(remaining % MonotonicTime.Second) };
        return true;
    }

    private int TryReceive(Span<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            int result;
            do
                result = Libc.ResultOrError(Libc.Read(Attached, first, (nuint)buffer.Length));
            while (result == -Errno.Interrupted);
            return result;
        }
    }

    // A write to a peer that has gone answers EPIPE: the runtime ignores SIGPIPE for the whole process, JIT and AOT alike.
    private int TrySend(ReadOnlySpan<byte> data)
    {
        fixed (byte* first = data)
        {
            int result;
            do
                result = Libc.ResultOrError(Libc.Write(Attached, first, (nuint)data.Length));
            while (result == -Errno.Interrupted);
            return result;
        }
    }

    private SafeDescriptor Attached => _descriptor ?? throw new InvalidOperationException("Nothing is attached to the channel.");
}
