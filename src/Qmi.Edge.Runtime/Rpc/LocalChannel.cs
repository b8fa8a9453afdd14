namespace Qmi.Edge.Runtime;

/// <summary>The way to an object of the same process: no JSON, and for a free object neither another thread nor an allocation.</summary>
internal sealed class LocalChannel(RpcObject target, Caller caller) : RpcChannel(caller)
{
    private readonly Lock _gate = new();
    private LocalLockHolding? _holding;

    public override ObjectDescription Description => Target.Description;

    public RpcObject Target { get; } = target;

    public TResult Invoke<TCall, TTarget, TResult>(in TCall call)
        where TCall : struct, IRpcCall<TCall, TTarget, TResult>
        where TTarget : RpcObject =>
        Target.Invoke<TCall, TTarget, TResult>(call, Caller, LockToken, GetDeadline(TCall.Method));

    public Task<TResult> InvokeAsync<TCall, TTarget, TResult>(TCall call, CancellationToken cancellationToken)
        where TCall : struct, IRpcCall<TCall, TTarget, TResult>
        where TTarget : RpcObject
    {
        try
        {
            return Target.InvokeAsync<TCall, TTarget, TResult>(call, Caller, LockToken, GetDeadline(TCall.Method), cancellationToken);
        }
        catch (QmiException exception)
        {
            return Task.FromException<TResult>(exception);
        }
    }

    public SignalSource<T> GetSource<T>(string name) => new(Target.Signals.Get<T>(name));

    /// <summary>Throws when the lock forbids this proxy a built-in method.</summary>
    public void CheckLock(string method) => Target.Lock.Check(Caller, LockToken, Target.FindMethod(method)!.Description);

    /// <summary>Runs the body of a built-in method that keeps the order of arrival.</summary>
    public void Run(string method, Action body)
    {
        CheckLock(method);
        Target.Lane.Enter(GetDeadline(Target.FindMethod(method)!.Description));
        try
        {
            CheckLock(method);
            body();
        }
        finally
        {
            Target.Lane.Exit();
        }
    }

    /// <summary>As <see cref="Run"/>, in a worker thread.</summary>
    public async Task RunAsync(string method, Action body, CancellationToken cancellationToken)
    {
        CheckLock(method);
        await Target.Lane.RunAsync(body, GetDeadline(Target.FindMethod(method)!.Description), cancellationToken).ConfigureAwait(false);
    }

    internal override bool Lock(TimeSpan timeout, string? token)
    {
        var request = Request(token, null);
        if (!Target.Lock.TryAcquire(request, timeout))
            return false;
        LockToken = request.Token;
        return true;
    }

    internal override async Task<bool> TryLockAsync(TimeSpan timeout, string? token, CancellationToken cancellationToken) =>
        await AcquireAsync(Request(token, null), timeout, cancellationToken).ConfigureAwait(false) is not null;

    internal override async Task<LockHolding> HoldLockAsync(TimeSpan timeout, string? note, CancellationToken cancellationToken)
    {
        var grant = await AcquireAsync(Request(null, note), timeout, cancellationToken).ConfigureAwait(false) ?? throw LockErrors.Denied(Target);
        lock (_gate)
        {
            if (_holding is not { IsOver: false } held || held.Fence != grant.Fence)
                _holding = new LocalLockHolding(this, grant);
            return _holding;
        }
    }

    internal override bool Unlock(string? token)
    {
        if (!Target.Lock.Release(Caller, token ?? LockToken))
            return false;
        LockToken = null;
        return true;
    }

    internal override Task<bool> UnlockAsync(string? token, CancellationToken cancellationToken) => Task.FromResult(Unlock(token));

    internal override bool IsLocked() => Target.Lock.State is not null;

    internal override Task<bool> IsLockedAsync(CancellationToken cancellationToken) => Task.FromResult(IsLocked());

    internal override bool ForceUnlock(string reason) => Target.Lock.Force(Caller, reason);

    internal override Task<bool> ForceUnlockAsync(string reason, CancellationToken cancellationToken) => Task.FromResult(ForceUnlock(reason));

    private async Task<LockGrant?> AcquireAsync(LockRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var grant = await Target.Lock.AcquireAsync(request, timeout, cancellationToken).ConfigureAwait(false);
        if (grant is not null)
            LockToken = request.Token;
        return grant;
    }

    private LockRequest Request(string? token, string? note) => new(Caller, token ?? LockToken ?? Runtime.LockToken.Create(), Note: note);

    private long GetDeadline(RpcMethodDescription method) =>
        Target.Box.TimeProvider.GetDeadline(Timeout ?? method.Timeout ?? Target.Box.DefaultCallTimeout);
}
