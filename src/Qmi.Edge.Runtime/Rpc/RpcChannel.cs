namespace Qmi.Edge.Runtime;

/// <summary>
/// The way from a proxy to its object, with the proxy's own lock token. Two proxies of one object have two channels. There are two kinds:
/// to an object of the same process, and to one of another process through <see cref="IRemoteObject"/>. A proxy does not know which it has.
/// </summary>
public abstract class RpcChannel
{
    private protected RpcChannel(Caller caller) => Caller = caller;

    /// <summary>As whom the proxy calls.</summary>
    public Caller Caller { get; }

    /// <summary>What can be known about the object without calling it.</summary>
    public abstract ObjectDescription Description { get; }

    /// <summary>How long calls may take that name no time of their own; null = what the method declares, or the default: 5 s.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>The token of the lock that the proxy holds, or null.</summary>
    internal string? LockToken { get; set; }

    /// <summary>A channel to an object of another process.</summary>
    /// <param name="type">The class of the object, as this program knows it.</param>
    /// <param name="remote">The object.</param>
    public static RpcChannel To(ObjectType type, IRemoteObject remote)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(remote);
        return new RemoteChannel(type, remote);
    }

    /// <summary>Calls and waits for the result. When the object is in this process and free, the method runs in the calling thread.</summary>
    /// <exception cref="QmiException">An error of the closed set.</exception>
    /// <exception cref="TaskStopException">The task on this thread was asked to stop.</exception>
    public TResult Call<TCall, TTarget, TResult>(in TCall call)
        where TCall : struct, IRpcCall<TCall, TTarget, TResult>
        where TTarget : RpcObject =>
        // A generic virtual method would be looked up at every call. There are only two kinds, and both are sealed.
        this is LocalChannel local ? local.Invoke<TCall, TTarget, TResult>(call) : ((RemoteChannel)this).Invoke<TCall, TTarget, TResult>(call);

    /// <summary>Calls without blocking the calling thread.</summary>
    public Task<TResult> CallAsync<TCall, TTarget, TResult>(TCall call, CancellationToken cancellationToken)
        where TCall : struct, IRpcCall<TCall, TTarget, TResult>
        where TTarget : RpcObject =>
        this is LocalChannel local
            ? local.InvokeAsync<TCall, TTarget, TResult>(call, cancellationToken)
            : ((RemoteChannel)this).InvokeAsync<TCall, TTarget, TResult>(call, cancellationToken);

    /// <summary>A signal of the object.</summary>
    /// <exception cref="QmiException">The object has no such signal, or its values are of another type.</exception>
    public SignalSource<T> GetSignal<T>(string name) =>
        this is LocalChannel local ? local.GetSource<T>(name) : ((RemoteChannel)this).GetSource<T>(name);

    /// <summary>Takes the lock; false when somebody else holds it all the time.</summary>
    internal abstract bool Lock(TimeSpan timeout, string? token);

    internal abstract Task<bool> TryLockAsync(TimeSpan timeout, string? token, CancellationToken cancellationToken);

    /// <summary>Takes the lock, or renews it, and watches it from then on.</summary>
    /// <exception cref="QmiException">LOCKED.</exception>
    internal abstract Task<LockHolding> HoldLockAsync(TimeSpan timeout, string? note, CancellationToken cancellationToken);

    internal abstract bool Unlock(string? token);

    internal abstract Task<bool> UnlockAsync(string? token, CancellationToken cancellationToken);

    internal abstract bool IsLocked();

    internal abstract Task<bool> IsLockedAsync(CancellationToken cancellationToken);

    internal abstract bool ForceUnlock(string reason);

    internal abstract Task<bool> ForceUnlockAsync(string reason, CancellationToken cancellationToken);
}
