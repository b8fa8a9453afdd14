using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <content>What the connection tells the bridge, on the connection's thread.</content>
public sealed partial class MqttBridge
{
    private sealed class Events(MqttBridge bridge) : IMqttEvents
    {
        public void OnConnected(MqttSession session)
        {
            // Requests first: "online" means that they are heard. Retained ones are not wanted; a live one with the flag is to be seen as such.
            foreach (var access in Enum.GetValues<RpcAccess>())
                bridge._connection.TrySubscribe(Subscription(bridge._topics.Requests(access)) with { RetainHandling = MqttRetainHandling.DoNotSend });
            bridge._connection.TrySubscribe(Subscription(bridge._topics.State));
            bridge._callers.Connected();
            bridge._worker.Connected();
            bridge._certificates?.OnConnected(session);
        }

        public void OnDisconnected(MqttDisconnection disconnection)
        {
            bridge._worker.Disconnected();
            bridge._certificates?.OnDisconnected(disconnection);
        }

        public void OnMessage(in MqttMessage message)
        {
            if (bridge._callers.TryReceive(message))
                return;
            if (bridge._topics.Below(message.Topic) is not { } topic)
                return;
            if (topic == "state")
            {
                if (bridge._presence.IsWrong(message.Payload))
                    bridge._worker.RepairPresence();
            }
            else if (!bridge._requests.TryReceive(topic, message))
            {
                bridge._pushes.TryReceive(topic, message);
            }
        }

        public void OnAcknowledged(long token, MqttReason reason)
        {
            if (token >= ReplySender.FirstToken)
                bridge._replies.OnAcknowledged(token, reason);
        }

        public void OnSubscribed(MqttSubscription subscription, MqttReason reason)
        {
            if (reason < MqttReason.UnspecifiedError)
                return;
            LogSubscriptionRefused(bridge._logger, subscription.Filter, reason);
            bridge._box.Alarms.Raise("subscription-refused", AlarmSeverity.Error, "SUBSCRIPTION_REFUSED", $"The broker refused {subscription.Filter} ({reason}): allow the box to read its own topics.");
        }

        public void OnUnsubscribed(string filter, MqttReason reason)
        {
        }

        public void OnRoom() => bridge._worker.Wake();
    }

    private static MqttSubscription Subscription(string filter) => new(filter) { NoLocal = true, RetainAsPublished = true };

    [LoggerMessage(2004, LogLevel.Error, "The broker refused the subscription {Filter}: {Reason}")]
    private static partial void LogSubscriptionRefused(ILogger logger, string filter, MqttReason reason);
}
