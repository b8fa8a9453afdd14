namespace Qmi.Edge.Runtime;

/// <summary>How anyone holds an object (QMI: QMI_RpcProxy). Each proxy has its own lock token.</summary>
public abstract class ObjectProxy(RpcChannel channel)
{
    /// <summary>The way to the object.</summary>
    public RpcChannel Channel { get; } = channel;

    /// <summary>What can be known about the object without calling it.</summary>
    public ObjectDescription Description => Channel.Description;

    /// <summary>Name of the object.</summary>
    public string Name => Description.Name;

    /// <summary>Locks the object for this proxy (QMI: lock). Locking again renews.</summary>
    /// <param name="timeout">How long to wait for whoever holds it; zero = do not wait.</param>
    /// <param name="token">A token of one's own choice; null = a random one of 128 bits.</param>
    /// <returns>Whether this proxy holds the lock now.</returns>
    public bool Lock(TimeSpan timeout = default, string? token = null)
    {
        var offered = token ?? Channel.LockToken ?? LockToken.Create();
        if (!Channel.Target.Lock.TryAcquire(new LockRequest(Channel.Caller, offered), timeout))
            return false;
        Channel.LockToken = offered;
        return true;
    }

    /// <summary>As <see cref="Lock"/>, without blocking the calling thread.</summary>
    public async Task<bool> LockAsync(TimeSpan timeout = default, string? token = null, CancellationToken cancellationToken = default)
    {
        var offered = token ?? Channel.LockToken ?? LockToken.Create();
        if (await Channel.Target.Lock.AcquireAsync(new LockRequest(Channel.Caller, offered), timeout, cancellationToken).ConfigureAwait(false) is null)
            return false;
        Channel.LockToken = offered;
        return true;
    }

    /// <summary>Unlocks the object (QMI: unlock).</summary>
    /// <param name="token">The token it was locked with; null = this proxy's own.</param>
    /// <returns>Whether the object is unlocked now: true also when it was not locked, false when somebody else holds it.</returns>
    public bool Unlock(string? token = null)
    {
        if (!Channel.Target.Lock.Release(Channel.Caller, token ?? Channel.LockToken))
            return false;
        Channel.LockToken = null;
        return true;
    }

    /// <summary>Whether anybody holds the lock (QMI: is_locked). Never queues.</summary>
    public bool IsLocked() => Channel.Target.Lock.State is not null;

    /// <summary>Takes the lock away from whoever holds it (QMI: force_unlock). On an unlocked object it does nothing.</summary>
    /// <param name="reason">For the audit log and for the owner.</param>
    /// <returns>Whether it was locked.</returns>
    public bool ForceUnlock(string reason = "forced in the process") => Channel.Target.Lock.Force(Channel.Caller, reason);
}
