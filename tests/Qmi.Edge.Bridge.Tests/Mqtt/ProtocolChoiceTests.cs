namespace Qmi.Edge.Bridge.Tests;

public sealed class ProtocolChoiceTests
{
    private readonly ManualTime _time = new();
    private readonly ProtocolChoice _choice;

    public ProtocolChoiceTests() => _choice = new ProtocolChoice(null, _time);

    [Fact]
    public void It_begins_with_version_5() => Assert.Equal(MqttProtocolVersion.V5, _choice.Next);

    [Fact]
    [Trait("rule", "MQTT-2.11.1")]
    public void After_a_refusal_it_speaks_3_1_1_and_remembers_it_for_an_hour()
    {
        Assert.True(_choice.Refused(MqttProtocolVersion.V5));
        Assert.Equal(MqttProtocolVersion.V311, _choice.Next);
        _choice.Accepted(MqttProtocolVersion.V311);

        _time.Advance(TimeSpan.FromMinutes(59));
        _choice.Forget();
        Assert.Equal(MqttProtocolVersion.V311, _choice.Next);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(MqttProtocolVersion.V5, _choice.Next);
    }

    [Fact]
    public void A_connection_in_the_remembered_version_does_not_lengthen_the_memory()
    {
        _choice.Refused(MqttProtocolVersion.V5);
        _choice.Accepted(MqttProtocolVersion.V311);
        _time.Advance(TimeSpan.FromMinutes(30));
        _choice.Accepted(MqttProtocolVersion.V311);
        _time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(MqttProtocolVersion.V5, _choice.Next);
    }

    [Fact]
    public void Nothing_is_remembered_when_3_1_1_fails_as_well()
    {
        _choice.Refused(MqttProtocolVersion.V5);
        Assert.False(_choice.Refused(MqttProtocolVersion.V311));
        Assert.Equal(MqttProtocolVersion.V5, _choice.Next);
    }

    [Fact]
    public void A_single_close_proves_nothing()
    {
        _choice.Closed(MqttProtocolVersion.V5);
        Assert.Equal(MqttProtocolVersion.V5, _choice.Next);
        _choice.Forget();
        _choice.Closed(MqttProtocolVersion.V5);
        Assert.Equal(MqttProtocolVersion.V5, _choice.Next);
        _choice.Closed(MqttProtocolVersion.V5);
        Assert.Equal(MqttProtocolVersion.V311, _choice.Next);
        _choice.Closed(MqttProtocolVersion.V311);
        Assert.Equal(MqttProtocolVersion.V5, _choice.Next);
    }

    [Fact]
    public void A_fixed_version_stays()
    {
        var choice = new ProtocolChoice(MqttProtocolVersion.V5, _time);
        Assert.False(choice.Refused(MqttProtocolVersion.V5));
        Assert.Equal(MqttProtocolVersion.V5, choice.Next);
    }
}
