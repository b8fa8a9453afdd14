namespace Qmi.Edge.Runtime;

/// <summary>
/// How anyone holds an object (QMI: QMI_RpcProxy), in the same process or in another one. Each proxy has its own lock token.
/// </summary>
public abstract class ObjectProxy(RpcChannel channel)
{
    /// <summary>The way to the object.</summary>
    public RpcChannel Channel { get; } = channel;

    /// <summary>What can be known about the object without calling it. Of an object in another process: what this program knows of its class.</summary>
    public ObjectDescription Description => Channel.Description;

    /// <summary>Name of the object.</summary>
    public string Name => Description.Name;

    /// <summary>
    /// Locks the object for this proxy (QMI: lock). Locking again renews. The lock of an object in another process has a lease, which is
    /// renewed until <see cref="Unlock"/>, as long as this process lives and reaches the box.
    /// </summary>
    /// <param name="timeout">How long to wait for whoever holds it; zero = do not wait.</param>
    /// <param name="token">A token of one's own choice; null = a random one of 128 bits.</param>
    /// <returns>Whether this proxy holds the lock now.</returns>
    public bool Lock(TimeSpan timeout = default, string? token = null) => Channel.Lock(timeout, token);

    /// <summary>As <see cref="Lock"/>, without blocking the calling thread.</summary>
    public Task<bool> TryLockAsync(TimeSpan timeout = default, string? token = null, CancellationToken cancellationToken = default) =>
        Channel.TryLockAsync(timeout, token, cancellationToken);

    /// <summary>Locks the object for this proxy until the scope is disposed.</summary>
    /// <param name="timeout">How long to wait for whoever holds it; zero = do not wait.</param>
    /// <param name="note">What for, shown to everybody who meets the lock.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="QmiException"><see cref="ErrorCode.Locked"/>: it was not free in time; owner, note and remaining time are in the details.</exception>
    public async Task<LockScope> LockAsync(TimeSpan timeout = default, string? note = null, CancellationToken cancellationToken = default) =>
        (await Channel.HoldLockAsync(timeout, note, cancellationToken).ConfigureAwait(false)).OpenScope();

    /// <summary>Unlocks the object (QMI: unlock).</summary>
    /// <param name="token">The token it was locked with; null = this proxy's own.</param>
    /// <returns>Whether the object is unlocked now: true also when it was not locked, false when somebody else holds it.</returns>
    public bool Unlock(string? token = null) => Channel.Unlock(token);

    /// <summary>As <see cref="Unlock"/>, without blocking the calling thread.</summary>
    public Task<bool> UnlockAsync(string? token = null, CancellationToken cancellationToken = default) => Channel.UnlockAsync(token, cancellationToken);

    /// <summary>Whether anybody holds the lock (QMI: is_locked). Never queues.</summary>
    public bool IsLocked() => Channel.IsLocked();

    /// <summary>As <see cref="IsLocked"/>, without blocking the calling thread.</summary>
    public Task<bool> IsLockedAsync(CancellationToken cancellationToken = default) => Channel.IsLockedAsync(cancellationToken);

    /// <summary>Takes the lock away from whoever holds it (QMI: force_unlock). On an unlocked object it does nothing.</summary>
    /// <param name="reason">For the audit log and for the owner; 3 characters or more.</param>
    /// <returns>Whether it was locked.</returns>
    public bool ForceUnlock(string reason = DefaultReason) => Channel.ForceUnlock(reason);

    /// <summary>As <see cref="ForceUnlock"/>, without blocking the calling thread.</summary>
    public Task<bool> ForceUnlockAsync(string reason = DefaultReason, CancellationToken cancellationToken = default) => Channel.ForceUnlockAsync(reason, cancellationToken);

    private const string DefaultReason = "forced by a program";
}
