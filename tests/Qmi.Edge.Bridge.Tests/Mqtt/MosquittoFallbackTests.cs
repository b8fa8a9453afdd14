namespace Qmi.Edge.Bridge.Tests;

/// <summary>Brokers that do not speak MQTT 5.</summary>
public sealed class MosquittoFallbackTests
{
    public static TheoryData<string, byte[]> Refusals => new()
    {
        { "CONNACK 0x84", [0x20, 3, 0, 0x84, 0] },
        { "CONNACK of 3.1.1 with code 1", [0x20, 2, 0, 1] },
        { "closed without an answer", [] },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    [Trait("rule", "MQTT-2.11.1")]
    public async Task A_broker_without_mqtt_5_is_spoken_to_in_3_1_1_and_remembered(string how, byte[] refusal)
    {
        var versions = new List<int>();
        using var broker = new FakeBroker(connection =>
        {
            var version = connection.ReadConnect();
            lock (versions)
                versions.Add(version);
            if (version == 5)
            {
                connection.Send(refusal);
                return;
            }

            connection.Accept(version);

            // The first connection in 3.1.1 breaks, to see what the next one speaks.
            if (versions.Count(spoken => spoken == 4) > 1)
                connection.ReadToEnd();
        });
        var options = new MqttOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "client", ReconnectDelay = TimeSpan.FromMilliseconds(20) };
        await using var client = new TestClient(new MosquittoConnection(options, TestLog.Instance));

        var session = client.Events.WaitForSession(2);

        Assert.True(session.ProtocolVersion == MqttProtocolVersion.V311, how);

        // A close may have any cause: it takes two of them.
        Assert.Equal(refusal.Length > 0 ? [5, 4, 4] : [5, 5, 4, 4], versions);
    }

    [Fact]
    public async Task A_version_that_was_asked_for_is_not_replaced()
    {
        using var broker = new FakeBroker(connection =>
        {
            connection.ReadConnect();
            connection.Send(0x20, 3, 0, 0x84, 0);
        });
        var options = new MqttOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "client", ProtocolVersion = MqttProtocolVersion.V5 };
        await using var client = new TestClient(new MosquittoConnection(options, TestLog.Instance));

        var refused = client.Events.WaitForDisconnection(_ => true);

        Assert.Equal(MqttReason.UnsupportedProtocolVersion, refused.Reason);
    }
}
