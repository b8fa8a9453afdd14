namespace Qmi.Edge.Runtime;

/// <summary>
/// A lock that is held until this is disposed: <c>await using var held = await proxy.LockAsync();</c>. Across processes it is renewed all the
/// time. Scopes of one proxy share its one lock, which is given back when the last of them is disposed.
/// </summary>
public sealed class LockScope : IAsyncDisposable
{
    private readonly LockHolding _holding;
    private int _isDisposed;

    internal LockScope(LockHolding holding) => _holding = holding;

    /// <summary>The number of the grant. It rises with every grant, so that what a late writer sends can be refused.</summary>
    public ulong Fence => _holding.Fence;

    /// <summary>
    /// Cancelled when the lock is lost: it was forced, it expired, or the connection was away for so long that it may have. Whatever the lock
    /// protects must end then: give this token to it. It is not cancelled by disposing.
    /// </summary>
    public CancellationToken Lost => _holding.Lost;

    /// <summary>Unlocks. When the box cannot be reached, its lease frees the lock.</summary>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _isDisposed, 1) == 0 ? _holding.CloseScopeAsync() : ValueTask.CompletedTask;
}
