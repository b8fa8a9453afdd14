namespace Qmi.Edge.Runtime;

/// <summary>A grant of the lock that is watched as long as somebody relies on it: shared by all scopes of one proxy.</summary>
internal abstract class LockHolding(LockGrant grant)
{
    private readonly CancellationTokenSource _lost = new();
    private int _scopes;
    private int _isOver;

    public ulong Fence => grant.Fence;

    /// <summary>Cancelled when the lock is lost, and not when it is released.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Whether the lock was released or lost.</summary>
    public bool IsOver => Volatile.Read(ref _isOver) != 0;

    protected LockGrant Grant => grant;

    public LockScope OpenScope()
    {
        Interlocked.Increment(ref _scopes);
        return new LockScope(this);
    }

    public async ValueTask CloseScopeAsync()
    {
        if (Interlocked.Decrement(ref _scopes) == 0 && End())
            await ReleaseAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the watching because the lock is released; false when it was over already.</summary>
    public bool End()
    {
        if (Interlocked.Exchange(ref _isOver, 1) != 0)
            return false;
        StopWatching();
        return true;
    }

    /// <summary>The lock is somebody else's now, or nobody's. From any thread; never blocks.</summary>
    protected void SetLost()
    {
        // What is registered may do anything: it runs elsewhere.
        if (End())
            _ = _lost.CancelAsync();
    }

    protected abstract void StopWatching();

    /// <summary>Gives the lock back.</summary>
    protected abstract ValueTask ReleaseAsync();
}
