namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <summary>One lock as the checker knows it.</summary>
internal sealed class CheckedLock(string name)
{
    // What may be on the disk although nobody holds it: what ended last, and what was asked for since and never given.
    private readonly List<CheckedGrant> _perhaps = [];
    private long _openedAt = MonotonicTime.Never;

    public string Name { get; } = name;

    /// <summary>Who holds it.</summary>
    public CheckedGrant? Current { get; private set; }

    /// <summary>The highest fence that was answered.</summary>
    public ulong NewestFence { get; set; }

    /// <summary>Whether somebody may hold it of whom nothing was heard since the box restarted.</summary>
    public bool IsPerhapsHeld(long now) => Current is not null || _perhaps.Exists(grant => grant.IsInTime(_openedAt, now));

    /// <summary>Whether somebody certainly holds it.</summary>
    public CheckedGrant? HeldBy(long now) => Current is { } held && held.IsHeld(now) ? held : null;

    public void Begin(CheckedGrant grant)
    {
        // One that has no lease is not written down, and leaves there what is there.
        if (grant.HasLease)
            _perhaps.Clear();
        ForgetRestored();
        Current = grant;
    }

    public void End()
    {
        // A call that goes on holds nothing any more.
        Current?.Suspend();
        if (Current is { HasLease: true } ended)
            _perhaps.Add(ended);
        ForgetRestored();
        Current = null;
    }

    public void EndByTime(long now)
    {
        if (Current?.IsOver(now) == true)
            End();
    }

    /// <summary>The box has died.</summary>
    /// <param name="isUncertain">Whether it may have ended the lock before, without a word.</param>
    /// <param name="asked">What was asked for and may have been written down.</param>
    public void Die(bool isUncertain, IEnumerable<CheckedGrant> asked)
    {
        _openedAt = MonotonicTime.Never;
        if (isUncertain || Current is { HasLease: false })
            End();
        Current?.Suspend();
        _perhaps.AddRange(asked);
        foreach (var grant in _perhaps)
            grant.MayBeRestored = true;
    }

    /// <summary>The object is there again: who held its lock has one lease to come back.</summary>
    public void Recover(long now)
    {
        _openedAt = now;
        Current?.Renew(now);
    }

    /// <summary>The lock that a message speaks for: the one that is held, or one that a restart may have brought back.</summary>
    public CheckedGrant? Find(Message message, ulong? fence, long now)
    {
        if (Current is not null)
            return Current.Is(message) ? Current : null;
        var restored = _perhaps.Where(grant => grant.Is(message) && grant.IsInTime(_openedAt, now) && (fence is not { } number || grant.IsPerhaps(number))).ToArray();
        return restored is [var only] ? only : CheckedGrant.OneOf(restored);
    }

    public bool IsFence(ulong fence, long now) =>
        Current is { } held ? held.IsPerhaps(fence) : _perhaps.Exists(grant => grant.IsInTime(_openedAt, now) && grant.IsPerhaps(fence));

    /// <summary>It was brought back: it has been used.</summary>
    public void Restore(CheckedGrant grant)
    {
        if (Current == grant)
            return;
        _perhaps.Clear();
        Current = grant;
    }

    // What was not used while it could have been back will not come before the next restart.
    private void ForgetRestored()
    {
        foreach (var grant in _perhaps)
            grant.MayBeRestored = false;
    }
}
