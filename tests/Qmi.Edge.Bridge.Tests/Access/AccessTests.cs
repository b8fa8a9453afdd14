using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>What the rules are for, in the words of whoever relies on them.</summary>
public class AccessTests
{
    [Fact]
    [Trait("rule", "MQTT-2.12.3")]
    public async Task An_observer_who_subscribes_to_all_replies_sees_none_of_anybody_else()
    {
        await using var given = new GivenAccess(AccessMatrix.Plan, Authentication.Passwords, MqttProtocolVersion.V5);
        var observer = given.Connect("obs").Subscribe("qmi/v1/box/+/reply/#");
        var box = given.Connect("box07");

        for (var count = 0; count < 100; count++)
            box.Publish($"qmi/v1/box/box07/reply/alice/stage/start/{count}", "for alice", MqttQos.AtLeastOnce);
        box.Publish("qmi/v1/box/box07/reply/obs/stage/get_status", "for obs", MqttQos.AtLeastOnce);

        Assert.Equal("for obs", Assert.Single(observer.Events.WaitForMessages(1)).Text);
    }

    [Fact]
    public async Task The_certificate_of_one_box_is_no_good_for_another_whatever_it_calls_itself()
    {
        await using var given = new GivenAccess(AccessMatrix.Plan, Authentication.Certificates, MqttProtocolVersion.V5);
        var observer = given.Connect("obs").Subscribe("qmi/v1/#");
        var box = given.Connect("box07", clientId: "box08");

        box.Publish("qmi/v1/box/box08/state", "a lie", MqttQos.AtLeastOnce, token: 1);
        box.Publish("qmi/v1/box/box07/state", "the truth", MqttQos.AtLeastOnce, token: 2);

        Assert.Equal([(1L, MqttReason.NotAuthorized), (2L, MqttReason.Success)], box.Events.WaitForAcknowledgements(2));
        Assert.Equal("the truth", observer.Events.WaitForMessages(1)[0].Text);
    }

    [Theory]
    [InlineData(Authentication.Passwords)]
    [InlineData(Authentication.DynamicSecurity)]
    [Trait("rule", "MQTT-2.13.1")]
    public async Task Signals_can_be_shared_among_those_who_store_them(Authentication authentication)
    {
        Assert.SkipWhen(authentication == Authentication.DynamicSecurity && GivenAccess.Plugin is null, "mosquitto's dynamic-security plugin is not installed.");
        await using var given = new GivenAccess(AccessMatrix.Plan, authentication, MqttProtocolVersion.V5);
        var observer = given.Connect("obs").Subscribe("$share/ingest/qmi/v1/box/+/task/+/sig/#");

        given.Connect("box07").Publish("qmi/v1/box/box07/task/stage/sig/pos", "1.5", MqttQos.AtLeastOnce);

        Assert.Equal("1.5", observer.Events.WaitForMessages(1)[0].Text);
    }

    [Theory]
    [InlineData("nobody", "a guess")]
    [InlineData("alice", "a guess")]
    [InlineData(null, null)]
    public void Whoever_cannot_say_who_it_is_is_not_let_in(string? user, string? password)
    {
        using var broker = new MosquittoBroker("allow_anonymous false\nacl_file acl\npassword_file passwords", files:
        [
            ("acl", MosquittoAclFile.Write(AccessMatrix.Plan)),
            ("passwords", ""),
        ]);
        using var client = new ChildProcess("mosquitto_pub", ["-h", "127.0.0.1", "-p", $"{broker.Port}", "-V", "5", "-t", "t", "-n", .. user is null ? Array.Empty<string>() : ["-u", user, "-P", password!]]);

        Assert.Equal((int)MqttReason.NotAuthorized, client.WaitForExit());
    }

    [Fact]
    public async Task A_role_on_one_box_is_none_on_another()
    {
        var plan = AccessMatrix.Plan with { Users = [new("alice", RpcAccess.Control, "box07"), new("alice", RpcAccess.Read, "box08")] };
        await using var given = new GivenAccess(plan, Authentication.Passwords, MqttProtocolVersion.V5);
        var alice = given.Connect("alice");

        alice.Publish("qmi/v1/box/box07/call/alice/stage/start", "", MqttQos.AtLeastOnce, token: 1);
        alice.Publish("qmi/v1/box/box08/call/alice/stage/start", "", MqttQos.AtLeastOnce, token: 2);
        alice.Publish("qmi/v1/box/box08/get/alice/stage/get_status", "", MqttQos.AtLeastOnce, token: 3);

        Assert.Equal([MqttReason.NoMatchingSubscribers, MqttReason.NotAuthorized, MqttReason.NoMatchingSubscribers], alice.Events.WaitForAcknowledgements(3).Select(answer => answer.Reason));
    }

    [Fact]
    public async Task Home_Assistant_is_shown_the_boxes_when_the_plan_says_so()
    {
        await using var given = new GivenAccess(AccessMatrix.Plan with { HomeAssistant = "homeassistant" }, Authentication.Passwords, MqttProtocolVersion.V5);
        var box = given.Connect("box07").Subscribe("homeassistant/status");
        var alice = given.Connect("alice").Subscribe("homeassistant/#");

        box.Publish("homeassistant/device/qmi_box07/config", "box07", MqttQos.AtLeastOnce, token: 1);
        box.Publish("homeassistant/device/qmi_box08/config", "a lie", MqttQos.AtLeastOnce, token: 2);
        box.Events.WaitForAcknowledgements(2);
        alice.Publish("homeassistant/status", "online", MqttQos.AtLeastOnce);

        Assert.Equal((2L, MqttReason.NotAuthorized), box.Events.Acknowledgements[1]);
        Assert.Equal(["box07", "online"], alice.Events.WaitForMessages(2).Select(message => message.Text));
        Assert.Equal("online", box.Events.WaitForMessages(1)[0].Text);
    }
}
