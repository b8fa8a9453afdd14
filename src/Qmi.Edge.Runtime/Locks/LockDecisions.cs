namespace Qmi.Edge.Runtime;

/// <summary>
/// The decisions on which the promises of a lock rest, each in one place: a test makes one of them wrong at a time and sees whether the
/// promise is found broken.
/// </summary>
internal class LockDecisions
{
    public static LockDecisions Right { get; } = new();

    /// <summary>Whether a caller with this token is the owner.</summary>
    public virtual bool IsOwner(LockState held, Caller caller, string? token) =>
        token is not null && held.Owner.Name == caller.Name && held.Secret.Matches(token);

    /// <summary>Whether a fence that came with a call is the one in force.</summary>
    public virtual bool IsInForce(LockState held, ulong fence) => held.Fence == fence || held.EarlierFences.Contains(fence);

    /// <summary>Whether a lease has ended.</summary>
    /// <param name="held">The lock.</param>
    /// <param name="now">Monotonic nanoseconds.</param>
    /// <param name="running">How many calls of the owner run.</param>
    public virtual bool HasEnded(LockState held, long now, int running) => running == 0 && now >= held.ExpiresAt;

    /// <summary>Whether a grant must be on the disk before it is answered.</summary>
    /// <param name="lease">Its lease.</param>
    /// <param name="fence">Its number.</param>
    /// <param name="limit">The disk knows that numbers up to this one are used.</param>
    public virtual bool MustBeSaved(TimeSpan? lease, ulong fence, ulong limit) => lease is not null || fence > limit;

    /// <summary>Takes the next who gets the lock out of the queue; null when there is none.</summary>
    public virtual LockWaiter? TakeNext(LinkedList<LockWaiter> waiters, Func<LockRequest, bool> isOpenFor)
    {
        for (var node = waiters.First; node is not null; node = node.Next)
        {
            if (!isOpenFor(node.Value.Request))
                continue;
            waiters.Remove(node);
            return node.Value;
        }

        return null;
    }

    /// <summary>Takes one who gives up out of the queue.</summary>
    public virtual void Leave(LinkedList<LockWaiter> waiters, LockWaiter waiter) => waiters.Remove(waiter);
}
