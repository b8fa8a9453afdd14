namespace Qmi.Edge.Runtime;

/// <summary>What a lock table tells the box. Called outside its gate, by the thread that changed something.</summary>
internal interface ILockEvents
{
    /// <summary>A lock changed hands or state, or the queue for it did.</summary>
    void OnChanged(ObjectLock target);

    /// <summary>Only the end of a lease changed.</summary>
    void OnRenewed(ObjectLock target);

    /// <summary>Somebody did something with a lock that goes on record.</summary>
    void OnDone(ObjectLock target, string action, Caller caller);

    /// <summary>The owner of a lock must be told something.</summary>
    void OnNotice(ObjectLock target, LockEvent notice);

    /// <summary>Other callers' presence matters than before.</summary>
    void OnBoundCallersChanged();

    /// <summary>What the disk said to a save; null = it took it.</summary>
    void OnSaved(Exception? failure);
}
