namespace Qmi.Edge.Bridge.Tests;

public sealed class RedeliveriesTests
{
    private readonly ProviderLog _log = new();
    private readonly Redeliveries _redeliveries;

    public RedeliveriesTests() => _redeliveries = new Redeliveries(_log.CreateLogger("test"));

    [Fact]
    public void Only_a_copy_without_an_id_is_dropped()
    {
        Assert.False(_redeliveries.TryDrop(Message(1)));
        Assert.False(_redeliveries.TryDrop(Message(1, isRedelivery: true, payload: """{"id":"a"}""")));
        Assert.False(_redeliveries.TryDrop(Message(1, isRedelivery: true, correlation: "a")));
        Assert.Equal(0, _redeliveries.Dropped);

        Assert.True(_redeliveries.TryDrop(Message(1, isRedelivery: true)));
        Assert.True(_redeliveries.TryDrop(Message(2, isRedelivery: true, payload: "[1]")));
        Assert.True(_redeliveries.TryDrop(Message(3, isRedelivery: true, payload: """{"values":{}}""")));
        Assert.Equal(3, _redeliveries.Dropped);
    }

    [Fact]
    public void What_was_not_looked_at_comes_for_the_first_time_when_it_comes_again()
    {
        _redeliveries.Forget(Message(7));
        _redeliveries.Connected(Session(isPresent: true));

        Assert.False(_redeliveries.TryDrop(Message(7, isRedelivery: true)));
        // Now it was done.
        Assert.True(_redeliveries.TryDrop(Message(7, isRedelivery: true)));
    }

    [Fact]
    public void A_copy_that_was_not_looked_at_is_still_a_copy()
    {
        _redeliveries.Forget(Message(7, isRedelivery: true));
        _redeliveries.Connected(Session(isPresent: true));

        Assert.True(_redeliveries.TryDrop(Message(7, isRedelivery: true)));
    }

    [Fact]
    public void In_a_new_session_identifiers_begin_anew()
    {
        _redeliveries.Forget(Message(7));
        _redeliveries.Connected(Session(isPresent: false));

        Assert.True(_redeliveries.TryDrop(Message(7, isRedelivery: true)));
    }

    private static MqttSession Session(bool isPresent) => new()
    {
        ProtocolVersion = MqttProtocolVersion.V5,
        SessionPresent = isPresent,
        Number = 2,
        KeepAlive = TimeSpan.FromSeconds(10),
        SessionExpiry = TimeSpan.FromSeconds(30),
    };

    private static MqttMessage Message(ushort id, bool isRedelivery = false, string payload = "", string correlation = "") => new()
    {
        Topic = "qmi/v1/box/box07/call/alice/stage/bump"u8,
        Payload = System.Text.Encoding.UTF8.GetBytes(payload),
        CorrelationData = System.Text.Encoding.UTF8.GetBytes(correlation),
        Qos = MqttQos.AtLeastOnce,
        PacketId = id,
        IsRedelivery = isRedelivery,
    };
}
