namespace Qmi.Edge.Runtime;

/// <summary>Passes on what happens to the locks of a box: to the audit log, to whoever watches the box, and as alarms.</summary>
internal sealed class BoxLockEvents(EdgeBox box) : ILockEvents
{
    private const string NotSavedAlarm = "locks-not-saved";

    private volatile bool _isNotSaved;

    public void OnChanged(ObjectLock target)
    {
        box.NotifyChanged(target.Target!, ObjectAspect.Lock);
        // Whether others may be called has changed with it.
        if (target.Table.BoxLock != target)
            return;
        foreach (var gated in box.Objects)
            box.NotifyChanged(gated, ObjectAspect.Lock);
    }

    public void OnRenewed(ObjectLock target) => box.NotifyChanged(target.Target!, ObjectAspect.Lease);

    public void OnDone(ObjectLock target, string action, Caller caller) => box.Audit.Write(AuditEntry.Of(target.Target!, action, caller));

    public void OnNotice(ObjectLock target, LockEvent notice) => box.NotifyLockNotice(target.Target!, notice);

    public void OnBoundCallersChanged() => box.NotifyBoundCallers();

    public void OnSaved(Exception? failure)
    {
        if (failure is not null)
        {
            _isNotSaved = true;
            box.Alarms.Raise(NotSavedAlarm, AlarmSeverity.Error, "LOCKS_NOT_SAVED", $"The locks could not be saved ({failure.Message}): callers from outside get none until the disk takes them. Free space on it, or replace it.");
        }
        else if (_isNotSaved)
        {
            _isNotSaved = false;
            box.Alarms.Clear(NotSavedAlarm);
        }
    }
}
