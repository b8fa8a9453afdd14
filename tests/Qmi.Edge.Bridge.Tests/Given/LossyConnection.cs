using System.Text;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A real connection that loses what the test wants it to lose.</summary>
internal sealed class LossyConnection(IMqttConnection inner, Func<string, bool> loses) : IMqttConnection
{
    private int _lost;

    /// <summary>How many messages were lost.</summary>
    public int Lost => Volatile.Read(ref _lost);

    public MqttSession? Session => inner.Session;

    public void Start(IMqttEvents events) => inner.Start(new Events(this, events));

    public bool TryPublish(in MqttPublication publication) => inner.TryPublish(publication);

    public bool TrySubscribe(MqttSubscription subscription) => inner.TrySubscribe(subscription);

    public bool TryUnsubscribe(string filter) => inner.TryUnsubscribe(filter);

    public long Renew() => inner.Renew();

    public ValueTask<bool> StopAsync(MqttStop how, TimeSpan patience) => inner.StopAsync(how, patience);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Events(LossyConnection connection, IMqttEvents events) : IMqttEvents
    {
        public void OnConnected(MqttSession session) => events.OnConnected(session);

        public void OnDisconnected(MqttDisconnection disconnection) => events.OnDisconnected(disconnection);

        public void OnMessage(in MqttMessage message)
        {
            if (connection.Loses(Encoding.UTF8.GetString(message.Topic)))
                Interlocked.Increment(ref connection._lost);
            else
                events.OnMessage(message);
        }

        public void OnAcknowledged(long token, MqttReason reason) => events.OnAcknowledged(token, reason);

        public void OnSubscribed(MqttSubscription subscription, MqttReason reason) => events.OnSubscribed(subscription, reason);

        public void OnUnsubscribed(string filter, MqttReason reason) => events.OnUnsubscribed(filter, reason);

        public void OnRoom() => events.OnRoom();
    }

    private bool Loses(string topic) => loses(topic);
}
