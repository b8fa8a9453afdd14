namespace Qmi.Edge.Runtime;

/// <summary>What the owner of a lock must do to keep it.</summary>
public enum LockPhase
{
    /// <summary>Renew it before its lease ends.</summary>
    Held,

    /// <summary>The box has restarted: within one lease the old owner must show that it is still there.</summary>
    Recovering,

    /// <summary>The owner seems to be gone: a sign of life within the grace time keeps the lock.</summary>
    Grace,
}

/// <summary>Who holds an object's lock. A new one for every grant and renewal, so that readers need no lock to look at it.</summary>
public sealed record LockState
{
    /// <summary>Who holds it.</summary>
    public required Caller Owner { get; init; }

    /// <summary>The number of this grant.</summary>
    public required ulong Fence { get; init; }

    /// <summary>What it is held for.</summary>
    public string? Note { get; init; }

    /// <summary>When it was granted, wall clock.</summary>
    public DateTimeOffset GrantedAt { get; init; }

    /// <summary>How long it lasts unless renewed; null = for ever.</summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>Monotonic nanoseconds at which it ends unless renewed. While a call of the owner runs it does not end.</summary>
    public long ExpiresAt { get; init; } = MonotonicTime.Never;

    /// <summary>What its owner must do to keep it.</summary>
    public LockPhase Phase { get; init; }

    /// <summary>Whether it is bound to its owner's presence.</summary>
    public bool IsBound { get; init; }

    /// <summary>The fences it had before the box restarted: its owner may know it by them.</summary>
    internal IReadOnlyList<ulong> EarlierFences { get; init; } = [];

    internal LockSecret Secret { get; init; } = LockSecret.Unknown;

    /// <summary>It is not on the disk yet: nobody has been told, and nobody else gets it.</summary>
    internal bool IsGranting { get; init; }

    /// <summary>When the lease ends by itself, whatever becomes of the owner's presence.</summary>
    internal long LeaseEndsAt { get; init; } = MonotonicTime.Never;
}
