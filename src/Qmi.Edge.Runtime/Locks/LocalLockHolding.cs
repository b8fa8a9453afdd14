namespace Qmi.Edge.Runtime;

/// <summary>A watched lock of an object in the same process: it has no lease, and can only be forced or given back.</summary>
internal sealed class LocalLockHolding : LockHolding, IBoxObserver
{
    private readonly LocalChannel _channel;
    private readonly RpcObject _target;

    public LocalLockHolding(LocalChannel channel, LockGrant grant)
        : base(grant)
    {
        (_channel, _target) = (channel, channel.Target);
        _target.Box.AddObserver(this);
        // It may have ended between the grant and now.
        Look();
    }

    public void OnChanged(RpcObject target, ObjectAspect aspect)
    {
        if (aspect == ObjectAspect.Lock && ReferenceEquals(target, _target))
            Look();
    }

    public void OnAdded(RpcObject target)
    {
    }

    public void OnRemoved(RpcObject target)
    {
        if (ReferenceEquals(target, _target))
            SetLost();
    }

    public void OnAlarm(string id)
    {
    }

    protected override void StopWatching() => _target.Box.RemoveObserver(this);

    protected override ValueTask ReleaseAsync()
    {
        _channel.Unlock(Grant.Token);
        return ValueTask.CompletedTask;
    }

    private void Look()
    {
        if (_target.Lock.State?.Fence != Fence)
            SetLost();
    }
}
