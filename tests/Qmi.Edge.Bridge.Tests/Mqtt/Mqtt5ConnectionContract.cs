using System.Net.Sockets;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>What only MQTT 5 can promise.</summary>
public abstract class Mqtt5ConnectionContract : MqttConnectionContract
{
    [Fact]
    public async Task The_will_waits_for_its_delay_and_a_client_that_comes_back_takes_it_back()
    {
        var observer = Start("observer").Subscribe("state").Subscribe("end");
        MqttOptions Delayed(MqttOptions options) => options with { CleanStart = false, Will = number => new MqttWill { Topic = "state", Payload = "lost"u8.ToArray(), Delay = TimeSpan.FromSeconds(20) } };
        var client = StartConnected("client", Delayed);
        await client.Connection.StopAsync(MqttStop.Abrupt, Generous);

        var again = StartConnected("client", Delayed);

        Assert.True(again.Connection.Session!.SessionPresent);
        await again.Connection.StopAsync(MqttStop.Clean, Generous);
        observer.Publish("end", "");
        observer.Events.WaitForMessage(message => message.Topic == "end");
        Assert.Single(observer.Events.Messages);
    }

    [Fact]
    public void A_session_that_the_broker_kept_is_resumed_with_its_subscriptions_and_messages()
    {
        var client = Start("client").Subscribe("t");

        // Another client takes the session over and is gone again: CONNECT, version 5, no clean start, session expiry 30 s, the same identifier.
        using (var thief = new TcpClient("127.0.0.1", Broker.Port))
        {
            thief.GetStream().Write([0x10, 24, 0, 4, .. "MQTT"u8, 5, 0, 0, 60, 5, 0x11, 0, 0, 0, 30, 0, 6, .. "client"u8]);

            // mosquitto 2.0.11 closes without saying why.
            client.Events.WaitForDisconnection(disconnection => disconnection is { WasConnected: true, Reason: MqttReason.SessionTakenOver or MqttReason.ConnectionLost });
        }

        Assert.True(client.Events.WaitForSession(2).SessionPresent);
        StartConnected("publisher").Publish("t", "to the old subscription", MqttQos.AtLeastOnce);
        Assert.Equal("to the old subscription", client.Events.WaitForMessages(1)[0].Text);
    }

    [Fact]
    [Trait("rule", "MQTT-2.11.2")]
    public void Limits_of_the_broker_are_told_and_obeyed()
    {
        Broker = new Testing.MosquittoBroker("""
            allow_anonymous true
            set_tcp_nodelay true
            max_packet_size 2000
            max_qos 0
            retain_available false
            max_keepalive 11
            """);
        var client = Start("client", configure: options => options with { KeepAlive = TimeSpan.FromSeconds(60) }).Subscribe("t");
        var session = client.Connection.Session!;
        Assert.Equal((2000u, MqttQos.AtMostOnce, false, TimeSpan.FromSeconds(11)), (session.MaximumPacketSize, session.MaximumQos, session.RetainAvailable, session.KeepAlive));

        client.Publish("t", new string('x', 3000), MqttQos.AtLeastOnce, token: 1);
        client.Publish("t", "fits", MqttQos.AtLeastOnce, retain: true, token: 2);

        Assert.Equal([(1, MqttReason.PacketTooLarge), (2, MqttReason.Success)], client.Events.WaitForAcknowledgements(2));
        Assert.Equal("fits", client.Events.WaitForMessages(1)[0].Text);
    }

    [Fact]
    public void With_no_local_a_client_does_not_hear_itself()
    {
        var client = Start("client").Subscribe(new MqttSubscription("echo") { NoLocal = true }).Subscribe("end");

        client.Publish("echo", "");
        client.Publish("end", "");

        Assert.Equal("end", client.Events.WaitForMessages(1)[0].Topic);
    }
}
