using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <content>What the box tells the bridge. Nothing here blocks or allocates for a change: it is noted, and the worker looks later.</content>
public sealed partial class MqttBridge
{
    private sealed class Observer(MqttBridge bridge) : IBoxObserver
    {
        public void OnAdded(RpcObject target)
        {
            bridge._objects.TryAdd(target, new ObjectEntry(target, bridge._topics, bridge._options));
            if (target is QmiTaskRunner task)
                bridge._pushes.Restore(task);
            bridge._boxDocuments.Info.MarkDirty();
            bridge._homeAssistant?.OnChanged(target.Name, isRemoved: false);
            bridge._worker.Wake();
        }

        public void OnRemoved(RpcObject target)
        {
            // The documents of a box that stops stay: they are its last words. An object removed from a running box leaves nothing behind.
            if (!bridge._objects.TryGetValue(target, out var entry) || bridge._box.IsStopping)
                return;
            foreach (var document in entry.Documents.All)
                document.Clear();
            if (target is QmiTaskRunner task)
                bridge._pushes.Forget(task);
            bridge._boxDocuments.Info.MarkDirty();
            bridge._homeAssistant?.OnChanged(target.Name, isRemoved: true);
            bridge._worker.Wake();
        }

        public void OnChanged(RpcObject target, ObjectAspect aspect)
        {
            if (bridge._objects.TryGetValue(target, out var entry) && entry.Documents.MarkDirty(aspect))
                bridge._worker.Wake();
        }

        public void OnLockNotice(RpcObject target, LockEvent notice)
        {
            bridge._lockNotices.Add(target, notice);
            bridge._worker.Wake();
        }

        public void OnBoundCallersChanged()
        {
            bridge._callers.LookAgain();
            bridge._worker.Wake();
        }

        public void OnSettingsAck(QmiTaskRunner task, SettingsAck ack) => bridge._pushes.Add(task, ack);

        public void OnAlarm(string id)
        {
            bridge._boxDocuments.MarkAlarmDirty(id);
            bridge._worker.Wake();
        }
    }
}
