namespace Qmi.Edge.Runtime;

/// <summary>Somebody who waits for a lock.</summary>
internal sealed class LockWaiter(LockRequest request, Action announce)
{
    private volatile LockGrant? _grant;

    public LockRequest Request { get; } = request;

    public LockGrant? Grant => _grant;

    public bool IsGranted => _grant is not null;

    /// <summary>Under the lock's gate.</summary>
    public void SetGranted(LockGrant grant) => _grant = grant;

    /// <summary>Tells the waiter, outside the gate.</summary>
    public void Announce() => announce();
}
