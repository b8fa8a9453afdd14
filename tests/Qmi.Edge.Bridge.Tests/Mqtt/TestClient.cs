using System.Text;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A connection with its recorder, begun and disposed with the test.</summary>
internal sealed class TestClient : IAsyncDisposable
{
    public TestClient(IMqttConnection connection, Action<EventRecorder>? prepare = null)
    {
        Connection = connection;
        prepare?.Invoke(Events);
        connection.Start(Events);
    }

    public IMqttConnection Connection { get; }

    public EventRecorder Events { get; } = new();

    public bool TryPublish(string topic, string payload, MqttQos qos = MqttQos.AtMostOnce, bool retain = false, long token = 0) => Connection.TryPublish(new MqttPublication
    {
        Topic = Encoding.UTF8.GetBytes(topic),
        Payload = Encoding.UTF8.GetBytes(payload),
        Qos = qos,
        Retain = retain,
        Token = token,
    });

    public void Publish(string topic, string payload, MqttQos qos = MqttQos.AtMostOnce, bool retain = false, long token = 0) => Assert.True(TryPublish(topic, payload, qos, retain, token));

    /// <summary>Waits for the connection, subscribes, and waits for the answer.</summary>
    public TestClient Subscribe(MqttSubscription subscription)
    {
        Events.WaitForSession();
        var before = Events.Subscriptions.Length;
        Assert.True(Connection.TrySubscribe(subscription));
        var (_, reason) = Events.WaitForSubscriptions(before + 1)[before];
        Assert.True(reason < MqttReason.UnspecifiedError, $"{subscription.Filter}: {reason}");
        return this;
    }

    public TestClient Subscribe(string filter, MqttQos qos = MqttQos.AtLeastOnce) => Subscribe(new MqttSubscription(filter, qos));

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
