using Qmi.Edge.Runtime;
using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Brokers that do less than MQTT has: the box obeys and says what does not work.</summary>
public class BrokerLimitTests
{
    [Fact]
    public async Task A_broker_that_does_not_retain_is_an_alarm_and_the_box_answers()
    {
        using var broker = new MosquittoBroker("allow_anonymous true\nretain_available false");
        await using var given = new GivenBridge(broker: broker, starts: false);
        given.Begin();

        given.Supervisor.WaitFor(given.Topic("state"), state => Text(state, "state") == "degraded" && Text(state, "reason") == "alarm broker-cannot-retain: BROKER_CANNOT_RETAIN");
        Assert.Equal(AlarmSeverity.Error, given.Box.Alarms.Find("broker-cannot-retain")!.Severity);
        Assert.Equal("false", Text(given.Supervisor.WaitFor(given.Topic("info")).Json, "broker", "retain"));
        Assert.Equal("true", Text(given.Ask("get", "get_name"), "ok"));
    }

    [Fact]
    public async Task A_broker_that_takes_qos_0_only_is_a_warning_and_the_box_answers()
    {
        // For the box alone: its supervisor uses QoS 1.
        var poor = FreePort.Find();
        using var broker = new MosquittoBroker("allow_anonymous true", port => $"listener {port} 127.0.0.1\nlistener {poor} 127.0.0.1\nmax_qos 0");
        await using var given = new GivenBridge(broker: broker, starts: false, port: poor);
        given.Begin();

        given.Supervisor.WaitFor(given.Topic("state"), state => Text(state, "state") == "online");
        Assert.Equal((AlarmSeverity.Warning, "BROKER_QOS_0"), given.Box.Alarms.Find("broker-qos-0") is { } alarm ? (alarm.Severity, alarm.Code) : default);
        Assert.Equal("0", Text(given.Supervisor.WaitFor(given.Topic("info")).Json, "broker", "maximum_qos"));
        Assert.Equal("true", Text(given.Ask("get", "get_name"), "ok"));
    }

    [Fact]
    public async Task A_broker_of_small_packets_is_a_warning_and_what_is_too_large_for_it_is_told()
    {
        using var broker = new MosquittoBroker("allow_anonymous true\nmax_packet_size 1500");
        await using var given = new GivenBridge(broker: broker, starts: false);
        given.Begin();

        given.Supervisor.WaitFor(given.Topic("task/stage/state"));
        Assert.True(SpinWait.SpinUntil(() => given.Box.Alarms.Find("broker-small-packets") is { Code: "BROKER_SMALL_PACKETS" }, ChildProcess.Patience));
        Assert.True(SpinWait.SpinUntil(() => given.Box.Alarms.Find("document-refused") is { } alarm && alarm.Text.Contains("/info", StringComparison.Ordinal), ChildProcess.Patience));
    }

    [Fact]
    public void Alarms_of_a_broker_go_with_the_broker()
    {
        var box = new EdgeBox("box07");
        var poor = Session with { RetainAvailable = false, MaximumQos = MqttQos.AtMostOnce, MaximumPacketSize = 1000, WildcardSubscriptionAvailable = false };
        BrokerLimits.Show(poor, 256 * 1024, box.Alarms);
        Assert.Equal(["broker-cannot-retain", "broker-no-wildcards", "broker-qos-0", "broker-small-packets"], box.Alarms.Raised.Select(alarm => alarm.Id).Order(StringComparer.Ordinal));

        BrokerLimits.Show(Session, 256 * 1024, box.Alarms);

        Assert.Empty(box.Alarms.Raised);
    }

    private static MqttSession Session { get; } = new()
    {
        ProtocolVersion = MqttProtocolVersion.V5,
        SessionPresent = false,
        Number = 1,
        KeepAlive = TimeSpan.FromSeconds(10),
        SessionExpiry = TimeSpan.FromSeconds(30),
    };
}
