using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>What a box that comes back tells its pushers.</summary>
public sealed class PushRestartTests : IDisposable
{
    private const string Name = "stage-again";

    private readonly MosquittoBroker _broker = new("allow_anonymous true\nmax_queued_messages 0");
    private readonly CrashingDisk _disk = new();

    public void Dispose() => _broker.Dispose();

    [Fact]
    [Trait("rule", "SET-5")]
    [Trait("rule", "MQTT-2.6.11")]
    [Trait("rule", "MQTT-3.15")]
    public async Task A_retained_push_is_answered_once_however_often_it_is_replayed()
    {
        await using (var given = Boot())
        {
            given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","base_rev":0,"values":{"rate_hz":20}}""", "-r");
            given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "pending");
        }

        await using (var given = Boot())
        {
            Assert.Equal(("pending", "1"), AckOf(given));
            given.Stage.Start();
            given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "applied" && Text(ack, "rev") == "1");
            Assert.True(SpinWait.SpinUntil(() => given.Supervisor.Newest(given.Topic("task/stage/push/alice")) == "", ChildProcess.Patience));
            Assert.Equal(20, given.Stage.GetSettings().RateHz);
        }

        await using (var given = Boot())
        {
            // Somebody publishes it once more, as a bridge or an old script may.
            given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","base_rev":0,"values":{"rate_hz":20}}""", "-r");
            Assert.True(SpinWait.SpinUntil(() => given.Supervisor.Newest(given.Topic("task/stage/push/alice")) == "", ChildProcess.Patience));
            Assert.Equal(("applied", "1"), AckOf(given));
            Assert.Equal("1", Text(given.Ask("call", "set_settings", """{"args":{"base_rev":1,"values":{"rate_hz":20}},"wait":"accepted"}"""), "ok") == "true" ? "1" : "0");
        }
    }

    [Fact]
    public async Task The_last_answer_to_each_caller_is_told_again_to_a_broker_that_has_forgotten()
    {
        await using (var given = Boot())
        {
            given.Stage.Start();
            given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"a-1","values":{"rate_hz":20}}""");
            // One after the other: within one turn the second would supersede the first.
            given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "applied");
            given.Supervisor.Publish(given.Topic("task/stage/push/bob"), """{"id":"b-1","values":{"rate_hz":66}}""");
            given.Supervisor.Publish(given.Topic("task/stage/push/carol"), """{"id":"c-1","values":{"rate_hz":0}}""");
            given.Supervisor.WaitFor(given.Topic("task/stage/ack/bob"), ack => Text(ack, "state") == "failed");
            given.Supervisor.WaitFor(given.Topic("task/stage/ack/carol"), ack => Text(ack, "state") == "rejected");
        }

        using var other = new MosquittoBroker("allow_anonymous true");
        await using var again = new GivenBridge(broker: other, disk: _disk, stageName: Name);

        Assert.Equal(("applied", "1"), AckOf(again));
        Assert.Contains("the gear refuses", Text(again.Supervisor.WaitFor(again.Topic("task/stage/ack/bob"), ack => Text(ack, "state") == "failed").Json, "message"));
        Assert.Equal("c-1", Text(again.Supervisor.WaitFor(again.Topic("task/stage/ack/carol"), ack => Text(ack, "state") == "rejected").Json, "id"));
        Assert.DoesNotContain(again.Supervisor.Seen, seen => seen.Topic.EndsWith("/ack/_local", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("rule", "MQTT-2.6.4")]
    public async Task A_push_that_comes_again_after_newer_ones_takes_no_effect_and_is_answered_as_before_also_after_a_restart()
    {
        const string First = """{"id":"p-1","values":{"rate_hz":20}}""";
        await using (var given = Boot())
        {
            given.Stage.Start();
            Push(given, First, "p-1", "applied");
            Push(given, """{"id":"p-2","values":{"rate_hz":30}}""", "p-2", "applied");
            Push(given, First, "p-1", "applied");
            Assert.Equal((30, 2), (given.Stage.GetSettings().RateHz, given.HeadRevision));
        }

        await using (var given = Boot())
        {
            Push(given, First, "p-1", "applied");
            Push(given, """{"id":"p-1","values":{"rate_hz":40}}""", "p-1", "rejected");
            Assert.Equal("ID_REUSED", Text(given.Supervisor.Seen.Last(seen => seen.Topic == given.Topic("task/stage/ack/alice") && seen.Payload.Contains("rejected", StringComparison.Ordinal)).Json, "code"));
            Assert.Equal((30, 2), (given.Stage.GetSettings().RateHz, given.HeadRevision));
        }

        static void Push(GivenBridge given, string push, string id, string state)
        {
            var from = given.Supervisor.Seen.Count;
            given.Supervisor.Publish(given.Topic("task/stage/push/alice"), push);
            given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "id") == id && Text(ack, "state") == state, from);
        }
    }

    [Fact]
    [Trait("rule", "SET-7")]
    public async Task What_was_not_confirmed_before_the_restart_is_told_to_be_rolled_back()
    {
        await using (var given = Boot())
        {
            given.Stage.Start();
            given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","confirm_ms":600000,"values":{"rate_hz":20}}""");
            given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "applied");
        }

        await using var again = Boot();

        Assert.Equal("1", Text(again.Supervisor.WaitFor(again.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "rolled_back").Json, "rev"));
        Assert.Equal("10", Text(again.Supervisor.WaitFor(again.Topic("task/stage/settings"), document => Text(document, "boot") == again.Box.Boot).Json, "reported", "values", "rate_hz"));
    }

    private GivenBridge Boot() => new(broker: _broker, disk: _disk, stageName: Name);

    private static (string?, string?) AckOf(GivenBridge given)
    {
        var ack = given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "boot") == given.Box.Boot).Json;
        return (Text(ack, "state"), Text(ack, "rev"));
    }
}
