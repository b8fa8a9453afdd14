namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <summary>A lock that somebody was given, as the checker reckons it.</summary>
internal sealed class CheckedGrant
{
    private readonly long _lease;
    private int _running;

    // A lost presence may shorten it, and need not: nobody else may have it before the first, and its owner is not listened to after the second.
    private long _endsAtSoonest = MonotonicTime.Never;
    private long _endsAtLatest = MonotonicTime.Never;

    public CheckedGrant(string target, Message message, TimeSpan? lease) =>
        (Target, Client, Token, IsBound, _lease) = (target, message.Client, message.Token!, message.Bind, lease is { } time ? MonotonicTime.ToNanoseconds(time) : MonotonicTime.Never);

    private CheckedGrant(CheckedGrant other) =>
        (Target, Client, Token, IsBound, _lease, MayBeRestored) = (other.Target, other.Client, other.Token, other.IsBound, other._lease, other.MayBeRestored);

    public string Target { get; }

    public string Client { get; }

    public string Token { get; }

    public bool IsBound { get; }

    /// <summary>When the first of its clients was told.</summary>
    public long GrantedAt { get; init; } = -1;

    /// <summary>The newest delivery when it was granted.</summary>
    public int NewestDelivery { get; init; }

    /// <summary>The fences by which it is known, newest last. After a restart of the box it may have one more, higher than all.</summary>
    public List<ulong> Fences { get; } = [];

    /// <summary>The fences by which it may be known, when it is not certain which of several it is.</summary>
    public IReadOnlyList<ulong> PerhapsFences { get; private init; } = [];

    /// <summary>Whether it may have a fence that nobody was told yet.</summary>
    public bool MayHaveNewFence { get; private set; } = true;

    public bool HasLease => _lease != MonotonicTime.Never;

    /// <summary>It may have come back with a restart of the box.</summary>
    public bool MayBeRestored { get; set; }

    /// <summary>One of several that the same token speaks for.</summary>
    public static CheckedGrant? OneOf(IReadOnlyList<CheckedGrant> grants) =>
        grants.Count == 0 ? null : new CheckedGrant(grants[0]) { PerhapsFences = [.. grants.SelectMany(grant => grant.Fences.Concat(grant.PerhapsFences))] };

    /// <summary>Its owner is told a fence that nobody was told before.</summary>
    public void AddFence(ulong fence)
    {
        Fences.Add(fence);
        MayHaveNewFence = false;
    }

    public bool Is(Message message) => Client == message.Client && Token == message.Token;

    /// <summary>Whether a message speaks for it, with the right fence if it names one.</summary>
    public bool IsMeant(Message message) => Is(message) && (message.Fence is not { } fence || Fences.Contains(fence));

    /// <summary>As <see cref="IsMeant"/>, as far as can be known.</summary>
    public bool IsPerhapsMeant(Message message) => IsMeant(message) || (Is(message) && IsPerhaps(message.Fence!.Value));

    public bool IsPerhaps(ulong fence) => MayHaveNewFence || Fences.Contains(fence) || PerhapsFences.Contains(fence);

    /// <summary>Whether a message that is answered only now was there, and decided on, before: in one step of the box, the lock comes last.</summary>
    public bool CameAfter(CheckedDelivery delivery) => delivery.Id <= NewestDelivery;

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
        MayHaveNewFence = true;
        _endsAtSoonest = _endsAtLatest = MonotonicTime.Never;
    }

    /// <summary>Whether it can be the one that came back when its object did.</summary>
    public bool IsInTime(long openedAt, long now) => MayBeRestored && openedAt != MonotonicTime.Never && now < After(openedAt, _lease);

    public override string ToString() => $"{Client} with {Token} on {Target} (fence {string.Join('/', Fences)}, until {_endsAtSoonest / 1e9:0.000000} at the soonest)";

    private static long After(long now, long time) => time == MonotonicTime.Never ? time : now + time;
}
