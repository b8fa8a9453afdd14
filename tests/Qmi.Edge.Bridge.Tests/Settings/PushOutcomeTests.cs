using Qmi.Edge.Runtime;
using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>What becomes of pushes after they were accepted, and how pushers meet each other.</summary>
public class PushOutcomeTests
{
    [Fact]
    [Trait("rule", "SET-7")]
    [Trait("rule", "MQTT-2.6.9")]
    public async Task An_unconfirmed_push_is_applied_and_then_rolled_back()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();

        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","confirm_ms":300,"values":{"rate_hz":20}}""");
        var applied = given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "applied").Json;
        var back = given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "rolled_back").Json;
        var document = given.Supervisor.WaitFor(given.Topic("task/stage/settings"), document => Text(document, "reported", "by") == "_rollback").Json;

        Assert.Equal(("300", "p-1", "1"), (Text(applied, "confirm_ms"), Text(back, "id"), Text(back, "rev")));
        Assert.Equal(("203", "yes", "2"), (Text(back, "ac"), Text(back, "executed"), Text(back, "head_rev")));
        Assert.Equal(("2", "10"), (Text(document, "reported", "rev"), Text(document, "reported", "values", "rate_hz")));
    }

    [Fact]
    [Trait("rule", "SET-7")]
    [Trait("rule", "MQTT-2.6.9")]
    public async Task A_confirmed_push_stays()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","confirm_ms":60000,"values":{"rate_hz":20}}""");
        given.Supervisor.WaitFor(given.Topic("task/stage/settings"), document => Text(document, "unconfirmed") is not null);

        var from = given.Supervisor.Seen.Count;
        var reply = given.Ask("call", "confirm_settings", """{"args":{"rev":1}}""");
        var wrong = given.Ask("call", "confirm_settings", """{"args":{"rev":7}}""");
        var document = given.Supervisor.WaitFor(given.Topic("task/stage/settings"), document => Text(document, "unconfirmed") is null, from).Json;

        Assert.Equal("true", Text(reply, "ok"));
        Assert.Equal("WRONG_STATE", Text(wrong, "error", "code"));
        Assert.Equal("1", Text(document, "last_good_rev"));
    }

    [Fact]
    [Trait("rule", "SET-7")]
    [Trait("rule", "MQTT-2.6.10")]
    [Trait("rule", "MQTT-3.14")]
    public async Task A_push_with_which_the_task_fails_three_times_is_rolled_back_with_an_alarm()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();

        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","values":{"rate_hz":77}}""");
        for (var run = 1; run <= 3; run++)
        {
            given.Supervisor.WaitFor(given.Topic("task/stage/state"), state => Text(state, "state") == "failed" && Text(state, "run") == $"{run}");
            given.Ask("call", "restart");
        }

        var back = given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "rolled_back").Json;
        var alarm = given.Supervisor.WaitFor(given.Topic("alarm/settings-rolled-back-stage")).Json;
        Assert.Equal(("TASK_ERROR", "p-1"), (Text(back, "code"), Text(back, "id")));
        Assert.Equal(("SETTINGS_ROLLED_BACK", "error"), (Text(alarm, "code"), Text(alarm, "severity")));
        Assert.Equal((10, true), (given.Stage.GetSettings().RateHz, given.Stage.IsRunning()));
    }

    [Fact]
    public async Task Settings_pushed_by_a_call_have_an_ack_too_and_clear_no_push()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        given.Ask("call", "set_settings", """{"id":"c-1","args":{"values":{"rate_hz":20}}}""");

        Assert.Equal("1", Text(given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "id") == "c-1" && Text(ack, "state") == "applied").Json, "rev"));
        Assert.DoesNotContain(given.Supervisor.Seen, seen => seen.Topic == given.Topic("task/stage/push/alice"));
    }

    [Fact]
    public async Task A_push_to_a_task_that_is_not_there_is_answered_and_leaves_nothing_behind()
    {
        await using var given = new GivenBridge();

        given.Supervisor.Publish("qmi/v1/box/box07/task/stge/push/alice", """{"id":"p-1","base_rev":0,"values":{}}""", "-r");
        var ack = given.Supervisor.WaitFor("qmi/v1/box/box07/task/stge/ack/alice").Json;
        given.Supervisor.WaitFor(given.Topic("state"));
        Assert.True(SpinWait.SpinUntil(() => given.Supervisor.Newest("qmi/v1/box/box07/task/stge/push/alice") == "", ChildProcess.Patience));

        Assert.Equal(("rejected", "NO_SUCH_OBJECT", "p-1"), (Text(ack, "state"), Text(ack, "code"), Text(ack, "id")));
        using var late = new Supervisor(given.Broker.Port, "qmi/v1/box/box07/#");
        late.WaitFor(given.Topic("task/stage/info"));
        Assert.DoesNotContain(late.Seen, seen => seen.Topic.Contains("/stge/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Neither_a_long_call_nor_a_long_check_holds_up_the_others()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        try
        {
            given.Supervisor.Publish(given.Topic("call/carol/stage/bump"), """{"args":{"hold_ms":10000},"timeout_ms":20000}""");
            given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","values":{"rate_hz":20}}""");
            given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "applied");
            Assert.DoesNotContain(given.Supervisor.Seen, seen => seen.Topic.Contains("/reply/carol/", StringComparison.Ordinal));

            Stage.CheckOf55.Reset();
            given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-2","values":{"rate_hz":55}}""");
            Assert.Equal("true", Text(given.Ask("get", "get_status", caller: "bob"), "ok"));
        }
        finally
        {
            Stage.CheckOf55.Set();
        }

        given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "id") == "p-2" && Text(ack, "state") == "applied");
    }

    [Fact]
    public async Task Pushes_are_taken_in_the_order_in_which_they_came()
    {
        await using var given = new GivenBridge();
        await using var client = new TestClient(new MosquittoConnection(new MqttOptions { Host = "127.0.0.1", Port = given.Broker.Port, ClientId = "pusher" }));
        client.Events.WaitForSession();

        for (var push = 1; push <= 25; push++)
            client.Publish(given.Topic("task/stage/push/alice"), $$$"""{"id":"p-{{{push}}}","values":{"rate_hz":{{{push}}}}}""", MqttQos.AtLeastOnce);
        given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "id") == "p-25");

        var revisions = given.Supervisor.Seen.Where(seen => seen.Topic == given.Topic("task/stage/ack/alice") && Text(seen.Json, "state") == "pending").Select(seen => (Text(seen.Json, "id"), Text(seen.Json, "rev"))).Distinct();
        Assert.Equal(Enumerable.Range(1, 25).Select(push => ((string?)$"p-{push}", (string?)$"{push}")), revisions);
    }

    [Fact]
    [Trait("rule", "SET-2")]
    [Trait("rule", "MQTT-2.6.2")]
    [Trait("rule", "MQTT-3.16")]
    public async Task Of_two_pushers_with_the_same_base_exactly_one_wins_200_times()
    {
        await using var given = new GivenBridge(disk: new CrashingDisk());
        given.Stage.Start();
        await using var alice = new TestClient(new MosquittoConnection(new MqttOptions { Host = "127.0.0.1", Port = given.Broker.Port, ClientId = "alice" }));
        await using var bob = new TestClient(new MosquittoConnection(new MqttOptions { Host = "127.0.0.1", Port = given.Broker.Port, ClientId = "bob" }));
        alice.Events.WaitForSession();
        bob.Events.WaitForSession();

        var from = 0;
        for (var round = 0; round < 200; round++)
        {
            var (next, start) = (round + 1, from);
            string Push(string who) => $$$"""{"id":"{{{who}}}-{{{next}}}","base_rev":{{{next - 1}}},"values":{"rate_hz":{{{1 + (next % 40)}}}}}""";
            alice.Publish(given.Topic("task/stage/push/alice"), Push("alice"), MqttQos.AtLeastOnce);
            bob.Publish(given.Topic("task/stage/push/bob"), Push("bob"), MqttQos.AtLeastOnce);
            var answers = new[] { "alice", "bob" }.Select(who => given.Supervisor.WaitFor(
                given.Topic($"task/stage/ack/{who}"),
                ack => Text(ack, "id") == $"{who}-{next}" && Text(ack, "state") is "applied" or "rejected",
                start).Json).ToList();

            var applied = Assert.Single(answers, ack => Text(ack, "state") == "applied");
            var rejected = Assert.Single(answers, ack => Text(ack, "state") == "rejected");
            Assert.Equal(($"{next}", "CONFLICT"), (Text(applied, "rev"), Text(rejected, "code")));
            Assert.Equal(next, given.Stage.Description is null ? 0 : ((QmiTaskRunner)given.Box.FindObject(given.StageName)!).HeadRevision);
            from = given.Supervisor.Seen.Count - 8;
        }
    }

    [Fact]
    public async Task A_task_that_is_removed_takes_its_acks_with_it()
    {
        await using var given = new GivenBridge();
        given.Ask("call", "set_settings", """{"args":{"values":{"rate_hz":20}}}""");
        given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"));

        await given.Box.RemoveAsync(given.StageName);

        Assert.True(SpinWait.SpinUntil(() => given.Supervisor.Newest(given.Topic("task/stage/ack/alice")) == "", ChildProcess.Patience));
    }
}
