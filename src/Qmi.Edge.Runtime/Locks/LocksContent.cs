namespace Qmi.Edge.Runtime;

/// <summary>What a box must know of its locks after a restart.</summary>
internal sealed record LocksContent
{
    public static LocksContent Empty { get; } = new();

    /// <summary>No fence up to this one may be given again.</summary>
    public ulong Mark { get; init; }

    /// <summary>The highest so many of the numbers up to the mark were never given: locks that come back after a crash get them. 0 when the box was stopped in good order.</summary>
    public ulong Spare { get; init; }

    /// <summary>Whether code of the process locks things, for whom numbers are set aside.</summary>
    public bool IsUsedInProcess { get; init; }

    public IReadOnlyList<KeptLock> Locks { get; init; } = [];

    /// <summary>For each object the last end that its owner did not make.</summary>
    public IReadOnlyList<KeptEnd> Ends { get; init; } = [];
}

/// <summary>A lock with a lease.</summary>
internal sealed record KeptLock(string Object, string Owner, ulong Fence, TimeSpan Lease, string? Note, bool IsBound, DateTimeOffset GrantedAt, LockSecret Secret)
{
    /// <summary>The fences it had before restarts of the box, oldest first.</summary>
    public IReadOnlyList<ulong> EarlierFences { get; init; } = [];
}

/// <summary>How the lock of an object ended.</summary>
internal sealed record KeptEnd(string Object, LockEvent End);

/// <summary>What was found.</summary>
/// <param name="Content">What is known.</param>
/// <param name="Damage">What was wrong and what was done about it, for an alarm; null when nothing was.</param>
internal readonly record struct LoadedLocks(LocksContent Content, string? Damage);
