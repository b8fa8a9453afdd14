namespace Qmi.Edge.Runtime;

/// <summary>What a lock table needs.</summary>
/// <param name="TimeProvider">The clock: monotonic for leases, wall only to tell people when something was.</param>
/// <param name="Events">Who is told what happens.</param>
internal sealed record LockSurroundings(TimeProvider TimeProvider, ILockEvents Events)
{
    /// <summary>Where it keeps what must survive a restart; null = it does not.</summary>
    public ILockStore? Store { get; init; }

    public LockOptions Options { get; init; } = new();

    public LockDecisions Decisions { get; init; } = LockDecisions.Right;

    /// <summary>How many fences are set aside at a time. A disk that takes nothing stops grants in the process only after half of them.</summary>
    public ulong FenceBlock { get; init; } = 1_000_000;

    /// <summary>How many fences are kept for locks that come back after a crash: more than there are objects in a box.</summary>
    public ulong SpareFences { get; init; } = 1_000;
}
