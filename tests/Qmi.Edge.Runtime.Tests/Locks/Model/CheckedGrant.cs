namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <summary>A lock that somebody was given, as the checker reckons it.</summary>
internal sealed class CheckedGrant(string target, Message message, TimeSpan? lease)
{
    private readonly long _lease = lease is { } time ? MonotonicTime.ToNanoseconds(time) : MonotonicTime.Never;
    private int _running;

    // A lost presence may shorten it, and need not: nobody else may have it before the first, and its owner is not listened to after the second.
    private long _endsAtSoonest = MonotonicTime.Never;
    private long _endsAtLatest = MonotonicTime.Never;

    public string Target { get; } = target;

    public string Client { get; } = message.Client;

    public string Token { get; } = message.Token!;

    public bool IsBound { get; } = message.Bind;

    /// <summary>0 = nobody was told.</summary>
    public ulong Fence { get; set; }

    public bool HasLease => _lease != MonotonicTime.Never;

    /// <summary>It may have come back with a restart of the box.</summary>
    public bool MayBeRestored { get; set; }

    public bool Is(Message message) => Client == message.Client && Token == message.Token;

    /// <summary>Whether a message speaks for it, with the right fence if it names one.</summary>
    public bool IsMeant(Message message) => Is(message) && (message.Fence is null || message.Fence == Fence);

    public bool IsHeld(long now) => _running > 0 || now < _endsAtSoonest;

    public bool IsOver(long now) => _running == 0 && now >= _endsAtLatest;

    public void Renew(long now) => _endsAtSoonest = _endsAtLatest = After(now, _lease);

    public void Shorten(long until) => _endsAtSoonest = IsBound ? Math.Min(_endsAtSoonest, until) : _endsAtSoonest;

    /// <summary>It is held, or has ended: only its owner can tell.</summary>
    public void Doubt(long now) => _endsAtSoonest = now;

    public void BeginCall() => _running++;

    public void EndCall(long now, long grace)
    {
        if (_running == 0 || --_running > 0)
            return;
        Renew(now);
        Shorten(After(now, grace));
    }

    /// <summary>The box has died, or the lock has ended: until it is back nothing ends.</summary>
    public void Suspend()
    {
        _running = 0;
        _endsAtSoonest = _endsAtLatest = MonotonicTime.Never;
    }

    /// <summary>Whether it can be the one that came back when its object did.</summary>
    public bool IsInTime(long openedAt, long now) => MayBeRestored && openedAt != MonotonicTime.Never && now < After(openedAt, _lease);

    public override string ToString() => $"{Client} with {Token} on {Target} (fence {Fence}, until {_endsAtSoonest / 1e9:0.000000} at the soonest)";

    private static long After(long now, long time) => time == MonotonicTime.Never ? time : now + time;
}
