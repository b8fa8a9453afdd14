namespace Qmi.Edge.Runtime;

/// <summary>What about an object changed.</summary>
public enum ObjectAspect
{
    /// <summary>Its life: started, stopped, failed; opened, closed, lost.</summary>
    State,

    /// <summary>Its status.</summary>
    Status,

    /// <summary>Its settings, in effect or waiting.</summary>
    Settings,

    /// <summary>Its lock: who holds it, how, and who waits for it.</summary>
    Lock,

    /// <summary>Its lock was renewed: only the end of the lease changed. As often as there are calls.</summary>
    Lease,
}

/// <summary>
/// Watches a box, to show it to the world. Called from any thread, also from a loop: it must neither block nor allocate; note what
/// changed and look later.
/// </summary>
public interface IBoxObserver
{
    /// <summary>An object was added.</summary>
    void OnAdded(RpcObject target);

    /// <summary>An object was removed.</summary>
    void OnRemoved(RpcObject target);

    /// <summary>Something about an object changed.</summary>
    void OnChanged(RpcObject target, ObjectAspect aspect);

    /// <summary>An alarm was raised, changed, acknowledged or cleared.</summary>
    void OnAlarm(string id);

    /// <summary>The owner of a lock must be told something.</summary>
    void OnLockNotice(RpcObject target, LockEvent notice)
    {
    }

    /// <summary>The callers whose presence matters are other ones: <see cref="LockTable.BoundCallers"/>.</summary>
    void OnBoundCallersChanged()
    {
    }

    /// <summary>Something about the box itself changed.</summary>
    void OnBoxChanged(BoxAspect aspect)
    {
    }

    /// <summary>A settings push that came from outside has come further. From a worker thread; in order for each task.</summary>
    void OnSettingsAck(QmiTaskRunner task, SettingsAck ack)
    {
    }
}
