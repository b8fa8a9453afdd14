namespace Qmi.Edge.Runtime;

/// <summary>The way from a proxy to its object, with the proxy's own lock token. Two proxies of one object have two channels.</summary>
public sealed class RpcChannel
{
    private readonly RpcObject _target;

    internal RpcChannel(RpcObject target, Caller caller)
    {
        (_target, Caller) = (target, caller);
    }

    /// <summary>As whom the proxy calls.</summary>
    public Caller Caller { get; }

    /// <summary>What can be known about the object without calling it.</summary>
    public ObjectDescription Description => _target.Description;

    /// <summary>How long calls may take that name no time of their own; null = what the method declares, or the box's default.</summary>
    public TimeSpan? Timeout { get; set; }

    internal RpcObject Target => _target;

    /// <summary>The token of the lock that the proxy holds, or null.</summary>
    internal string? LockToken { get; set; }

    /// <summary>Calls and waits for the result. When the object is free the method runs in the calling thread.</summary>
    /// <exception cref="QmiException">An error of the closed set.</exception>
    /// <exception cref="TaskStopException">The task on this thread was asked to stop.</exception>
    public TResult Call<TCall, TTarget, TResult>(in TCall call)
        where TCall : struct, IRpcCall<TCall, TTarget, TResult>
        where TTarget : RpcObject =>
        _target.Invoke<TCall, TTarget, TResult>(call, Caller, LockToken, GetDeadline(TCall.Method));

    /// <summary>Calls without blocking the calling thread.</summary>
    public Task<TResult> CallAsync<TCall, TTarget, TResult>(TCall call, CancellationToken cancellationToken)
        where TCall : struct, IRpcCall<TCall, TTarget, TResult>
        where TTarget : RpcObject
    {
        try
        {
            return _target.InvokeAsync<TCall, TTarget, TResult>(call, Caller, LockToken, GetDeadline(TCall.Method), cancellationToken);
        }
        catch (QmiException exception)
        {
            return Task.FromException<TResult>(exception);
        }
    }

    /// <summary>A signal of the object.</summary>
    public SignalSource<T> GetSignal<T>(string name) => new(_target.Signals.Get<T>(name));

    /// <summary>Throws when the lock forbids this proxy a built-in method.</summary>
    internal void CheckLock(string method) => _target.Lock.Check(Caller, LockToken, _target.FindMethod(method)!.Description);

    /// <summary>Runs the body of a built-in method that keeps the order of arrival.</summary>
    internal void Run(string method, Action body)
    {
        CheckLock(method);
        _target.Lane.Enter(GetDeadline(_target.FindMethod(method)!.Description));
        try
        {
            CheckLock(method);
            body();
        }
        finally
        {
            _target.Lane.Exit();
        }
    }

    /// <summary>As <see cref="Run"/>, in a worker thread.</summary>
    internal async Task RunAsync(string method, Action body, CancellationToken cancellationToken)
    {
        CheckLock(method);
        await _target.Lane.RunAsync(body, GetDeadline(_target.FindMethod(method)!.Description), cancellationToken).ConfigureAwait(false);
    }

    private long GetDeadline(RpcMethodDescription method) =>
        _target.Box.TimeProvider.GetDeadline(Timeout ?? method.Timeout ?? _target.Box.DefaultCallTimeout);
}
