using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>What becomes of requests and pushes that a broker delivers again.</summary>
public sealed class RedeliveredRequestTests
{
    [Theory]
    [InlineData("5")]
    [InlineData("311")]
    [Trait("rule", "MQTT-2.4.4")]
    public async Task What_has_no_id_is_done_once_and_its_copy_dropped_counted_and_told(string version)
    {
        using var broker = new MosquittoBroker();
        using var thief = new AcknowledgementThief(broker.Port);
        await using var given = new GivenBridge(new BridgeOptions { HealthInterval = TimeSpan.FromMilliseconds(200) }, version, broker, port: thief.Port);
        // Under 3.1.1 no session is resumed, so nothing comes again.
        var copies = version == "5" ? 1 : 0;

        thief.Steals = true;
        given.Supervisor.Publish(given.Topic("call/alice/stage/bump"), "{}");
        given.Supervisor.WaitFor(given.Topic("reply/alice/stage/bump"));
        Cut(thief, given);

        given.Supervisor.WaitFor(given.Topic("health"), health => health.GetProperty("conn").GetInt32() == 2 && health.GetProperty("redelivered").GetInt32() == copies);
        Assert.Equal(2, BumpAgain(given));
        Assert.Equal(2, given.Supervisor.Seen.Count(seen => seen.Topic == given.Topic("reply/alice/stage/bump")));
    }

    [Fact]
    public async Task What_has_an_id_is_done_once_and_answered_again()
    {
        using var broker = new MosquittoBroker();
        using var thief = new AcknowledgementThief(broker.Port);
        await using var given = new GivenBridge(broker: broker, port: thief.Port);

        thief.Steals = true;
        given.Supervisor.Publish(given.Topic("call/alice/stage/bump"), """{"id":"one"}""");
        given.Supervisor.WaitFor(given.Topic("reply/alice/stage/bump"), reply => !reply.GetProperty("replayed").GetBoolean());
        Cut(thief, given);

        given.Supervisor.WaitFor(given.Topic("reply/alice/stage/bump"), reply => reply.GetProperty("replayed").GetBoolean());
        Assert.Equal(2, BumpAgain(given));
    }

    [Fact]
    public async Task A_push_without_an_id_takes_effect_once()
    {
        using var broker = new MosquittoBroker();
        using var thief = new AcknowledgementThief(broker.Port);
        await using var given = new GivenBridge(broker: broker, port: thief.Port);

        thief.Steals = true;
        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"values":{"rate_hz":20}}""");
        given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "pending");
        Cut(thief, given);
        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p","values":{"rate_hz":30}}""");

        var pending = given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "pending" && Text(ack, "id") == "p");
        Assert.Equal(2, pending.Json.GetProperty("rev").GetInt32());
    }

    private static int BumpAgain(GivenBridge given) => given.Ask("call", "bump", """{"id":"last"}""").GetProperty("result").GetInt32();

    private static void Cut(AcknowledgementThief thief, GivenBridge given)
    {
        Assert.True(SpinWait.SpinUntil(() => thief.Stolen > 0, ChildProcess.Patience));
        thief.Steals = false;
        thief.Cut();
        given.Supervisor.WaitFor(given.Topic("state"), state => Text(state, "state") == "online" && Text(state, "conn") == "2");
    }
}
