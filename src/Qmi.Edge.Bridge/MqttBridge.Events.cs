using System.Text;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <content>What the connection tells the bridge, on the connection's thread.</content>
public sealed partial class MqttBridge
{
    private sealed class Events(MqttBridge bridge) : IMqttEvents
    {
        private readonly byte[] _stateTopic = Encoding.UTF8.GetBytes(bridge._topics.State);
        private readonly RivalWatch _rivals = new(bridge._box.Boot, bridge._box.EarlierBoots);
        private readonly HeldMessages _held = new();
        private int _forgotten;

        public void OnConnected(MqttSession session)
        {
            if (bridge._worker.DeadRival is { } dead)
                _rivals.Died(dead);
            bridge._redeliveries.Connected(session);
            bridge._identity.Connected();
            bridge._presence.Connected();
            bridge._subscriptions.Connected();
            bridge._ping.Connected();
            BrokerLimits.Show(session, bridge._options.PayloadLimit, bridge._box.Alarms);
            // The own state first, with what the broker retained: before anything is done or said it must be known whether another box has the id.
            bridge._subscriptions.TrySubscribe(new MqttSubscription(bridge._topics.State) { NoLocal = true });
            // "Online" means that requests are heard. Retained ones are not wanted.
            foreach (var access in Enum.GetValues<RpcAccess>())
                bridge._subscriptions.TrySubscribe(SubscriptionDesk.Wish(bridge._topics.Requests(access)) with { RetainHandling = MqttRetainHandling.DoNotSend });
            bridge._callers.Connected();
            bridge._worker.Connected(session);
            bridge._certificates?.OnConnected(session);
        }

        public void OnDisconnected(MqttDisconnection disconnection)
        {
            bridge._identity.Disconnected();
            TellForgotten("the connection ended before it was known whether another box has the id");
            bridge._worker.Disconnected();
            if (disconnection is { Reason: MqttReason.SessionTakenOver, WasConnected: true })
                bridge._worker.TakenOver();
            bridge._certificates?.OnDisconnected(disconnection);
        }

        public void OnMessage(in MqttMessage message)
        {
            if (message.Topic.SequenceEqual(_stateTopic))
                SeeState(message);
            else if (bridge._callers.TryReceive(message))
                return;
            else if (bridge._identity.IsOwned)
                Receive(message);
            else if (!bridge._identity.IsAsking || !_held.TryKeep(message))
                Forget(message);
        }

        public void OnAcknowledged(long token, MqttReason reason)
        {
            if (token < 0)
                bridge._ledger.Acknowledged(token, reason);
            else if (token >= ReplySender.FirstToken)
                bridge._replies.OnAcknowledged(token, reason);
        }

        public void OnSubscribed(MqttSubscription subscription, MqttReason reason)
        {
            bridge._subscriptions.Answered(subscription, reason);
            if (reason < MqttReason.ConnectionLost && bridge._identity.Answered(subscription.Filter == bridge._topics.State))
                BecomeOwner();
            bridge._worker.Wake();
        }

        public void OnUnsubscribed(string filter, MqttReason reason)
        {
            if (reason < MqttReason.ConnectionLost)
                bridge._ping.Answered(filter);
        }

        public void OnRoom() => bridge._worker.Wake();

        private void Receive(in MqttMessage message)
        {
            if (bridge._topics.Below(message.Topic) is { } topic && !bridge._redeliveries.TryDrop(message) && !bridge._requests.TryReceive(topic, message))
                bridge._pushes.TryReceive(topic, message);
        }

        private void SeeState(in MqttMessage message)
        {
            var seen = PresenceDocument.TryRead(message.Payload);
            if (seen is not null && seen.Boot != bridge._box.Boot)
                SeeRival(seen, message.Retain);
            if (bridge._identity.IsYielded)
                return;
            if (bridge._identity.TryOwn())
                BecomeOwner();
            else if (bridge._presence.IsWrong(message.Payload))
                bridge._worker.RepairPresence();
        }

        private void SeeRival(PresenceDocument seen, bool isRetained)
        {
            var verdict = _rivals.Judge(seen, isRetained);
            if (verdict == RivalVerdict.OlderLives)
                bridge._worker.SawOlderRival(seen.Boot);
            if (verdict is not (RivalVerdict.NewerMayLive or RivalVerdict.NewerLives))
                return;
            bridge._identity.Yield();
            TellForgotten("a newer box may have the id");
            bridge._worker.Yield(new Rival(seen.Boot, verdict == RivalVerdict.NewerLives));
        }

        private void BecomeOwner()
        {
            while (_held.Take() is { } held)
                Receive(held.Message);
            TellForgotten("too many came before it was known whether another box has the id");
            bridge._worker.Wake();
        }

        private void Forget(in MqttMessage message)
        {
            bridge._redeliveries.Forget(message);
            _forgotten++;
        }

        private void TellForgotten(string reason)
        {
            while (_held.Take() is { } held)
                Forget(held.Message);
            if (_forgotten > 0)
                LogForgotten(bridge._logger, _forgotten, reason);
            _forgotten = 0;
        }
    }

    [LoggerMessage(2006, LogLevel.Warning, "{Count} requests were received and not looked at ({Reason}): whoever sent them gets no reply, and may send them again with the same id")]
    private static partial void LogForgotten(ILogger logger, int count, string reason);
}
