using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <content>What the box tells the bridge. Nothing here blocks, and a change of an object allocates nothing: it is noted, and the worker looks later.</content>
public sealed partial class MqttBridge
{
    private sealed class Observer(MqttBridge bridge) : IBoxObserver
    {
        public void OnAdded(RpcObject target)
        {
            bridge._objects.GetOrAdd(target, static (added, owner) => new ObjectDocuments(added, owner._topics, owner._options, owner._documents), bridge);
            if (target is QmiTaskRunner task)
                bridge._pushes.Restore(task);
            bridge._boxDocuments.TouchInfo();
            bridge._homeAssistant?.OnChanged(target.Name, isRemoved: false);
        }

        public void OnRemoved(RpcObject target)
        {
            // The documents of a box that stops stay: they are its last words. An object removed from a running box leaves nothing behind.
            if (bridge._box.IsStopping || !bridge._objects.TryRemove(target, out var documents))
                return;
            documents.Remove();
            if (target is QmiTaskRunner task)
                bridge._pushes.Forget(task);
            bridge._boxDocuments.TouchInfo();
            bridge._homeAssistant?.OnChanged(target.Name, isRemoved: true);
        }

        public void OnChanged(RpcObject target, ObjectAspect aspect)
        {
            if (bridge._objects.TryGetValue(target, out var documents))
                documents.Touch(aspect);
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
            bridge._alarmDocuments.Touch(id);
            bridge._worker.PresenceChanged();
        }

        public void OnBoxChanged(BoxAspect aspect)
        {
            switch (aspect)
            {
                case BoxAspect.Alias:
                    bridge._boxDocuments.MoveAlias();
                    break;
                case BoxAspect.Clock:
                    bridge._boxDocuments.TouchInfo();
                    break;
                default:
                    bridge._worker.PresenceChanged();
                    break;
            }
        }
    }
}
