namespace Qmi.Edge.Bridge.Tests;

/// <summary>That a real broker delivers again what it got no acknowledgement for, with the packet identifier by which it is recognised.</summary>
public sealed class RedeliveryTests
{
    [Fact]
    public async Task A_message_whose_acknowledgement_the_broker_did_not_get_comes_again_and_is_recognised()
    {
        using var broker = new MosquittoBroker();
        using var proxy = new AcknowledgementThief(broker.Port);
        await using var client = new TestClient(new MosquittoConnection(Options(proxy.Port, "client") with { ReconnectDelay = TimeSpan.FromMilliseconds(50) }, TestLog.Instance));
        await using var publisher = new TestClient(new MosquittoConnection(Options(broker.Port, "publisher"), TestLog.Instance));
        client.Subscribe("t");
        publisher.Events.WaitForSession();
        publisher.Publish("t", "before", MqttQos.AtLeastOnce);
        client.Events.WaitForMessages(1);
        Assert.True(SpinWait.SpinUntil(() => proxy.Passed > 0, EventRecorder.Patience));

        proxy.Steals = true;
        publisher.Publish("t", "twice", MqttQos.AtLeastOnce);
        client.Events.WaitForMessages(2);
        Assert.True(SpinWait.SpinUntil(() => proxy.Stolen > 0, EventRecorder.Patience));
        proxy.Steals = false;
        proxy.Cut();

        Assert.True(client.Events.WaitForSession(2).SessionPresent);
        publisher.Publish("t", "after", MqttQos.AtLeastOnce);
        var messages = client.Events.WaitForMessages(4);
        Assert.Equal(["before", "twice", "twice", "after"], messages.Select(message => message.Text));
        Assert.Equal([false, false, true, false], messages.Select(message => message.IsRedelivery));
        Assert.Equal(messages[1].PacketId, messages[2].PacketId);
        Assert.All(messages, message => Assert.NotEqual(0, message.PacketId));
    }

    [Fact]
    public async Task A_message_of_qos_0_has_no_packet_identifier()
    {
        using var broker = new MosquittoBroker();
        await using var client = new TestClient(new MosquittoConnection(Options(broker.Port, "client"), TestLog.Instance));
        client.Subscribe("t");
        client.Publish("t", "a");

        Assert.Equal(0, client.Events.WaitForMessages(1)[0].PacketId);
    }

    private static MqttOptions Options(int port, string id) => new() { Host = "127.0.0.1", Port = port, ClientId = id };
}
