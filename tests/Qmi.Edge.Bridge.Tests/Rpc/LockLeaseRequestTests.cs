using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Leases and fences as a supervisor with mosquitto's clients meets them.</summary>
public class LockLeaseRequestTests
{
    [Fact]
    [Trait("rule", "LOCK-6")]
    [Trait("rule", "MQTT-2.5.8")]
    [Trait("rule", "MQTT-3.10")]
    public async Task A_late_writer_is_refused_by_its_token_and_by_its_fence_and_learns_who_has_the_lock()
    {
        await using var given = new GivenBridge();
        var first = Text(given.Ask("call", "lock", """{"args":{"lease_ms":1000}}"""), "result", "token");
        var from = given.Supervisor.Seen.Count;
        given.Supervisor.WaitFor(given.Topic("task/stage/lock"), document => Text(document, "locked") == "false" && Text(document, "prev", "end") == "expired");
        var second = given.Ask("call", "lock", """{"args":{"note":"mine now"}}""", caller: "bob");

        var late = given.Ask("call", "bump", $$"""{"lock":"{{first}}"}""");
        var stale = given.Ask("call", "bump", """{"fence":1}""");
        var renewed = given.Ask("call", "renew", $$"""{"lock":"{{first}}"}""");
        var good = given.Ask("call", "bump", $$"""{"lock":"{{Text(second, "result", "token")}}","fence":2}""", caller: "bob");
        var told = given.Supervisor.WaitFor(given.Topic("reply/alice/stage/_lock"), from: from).Json;

        foreach (var refused in new[] { late, stale, renewed })
            Assert.Equal(("LOCK_LOST", "no", "bob"), (Text(refused, "error", "code"), Text(refused, "error", "executed"), Text(refused, "error", "details", "owner")));
        Assert.Equal(("true", "2"), (Text(good, "ok"), Text(good, "fence")));
        Assert.Equal(("expired", "1", given.StageName), (Text(told, "event"), Text(told, "fence"), Text(told, "object")));
    }

    [Fact]
    public async Task The_owner_is_told_on_a_topic_of_its_own_that_its_lock_was_taken_away_or_overridden()
    {
        await using var given = new GivenBridge();
        given.Ask("call", "lock");

        given.Ask("call", "stop", """{"args":{"override":true,"reason":"smoke"}}""", caller: "bob");
        given.Ask("admin", "force_unlock", """{"args":{"reason":"shift change"}}""", caller: "adm");

        var topic = given.Topic("reply/alice/stage/_lock");
        var overridden = given.Supervisor.WaitFor(topic, notice => Text(notice, "event") == "overridden").Json;
        var forced = given.Supervisor.WaitFor(topic, notice => Text(notice, "event") == "forced");
        Assert.Equal(("bob", "smoke", "1"), (Text(overridden, "by"), Text(overridden, "reason"), Text(overridden, "fence")));
        Assert.Equal(("adm", "shift change", "1"), (Text(forced.Json, "by"), Text(forced.Json, "reason"), Text(forced.Json, "fence")));
        Assert.False(forced.Retain);
    }

    [Fact]
    [Trait("rule", "LOCK-5")]
    [Trait("rule", "MQTT-2.5.5")]
    [Trait("rule", "MQTT-3.9")]
    public async Task A_bound_lock_is_short_when_its_owner_is_lost_and_whole_again_when_it_shows_itself()
    {
        await using var given = new GivenBridge();
        given.Supervisor.Publish("qmi/v1/client/alice/state", """{"v":1,"state":"online"}""", "-r");
        var token = Text(given.Ask("call", "lock", """{"args":{"bind":true,"note":"alignment"}}"""), "result", "token");
        Assert.True(SpinWait.SpinUntil(() => given.Box.Locks.BoundCallers.Contains("alice"), ChildProcess.Patience));
        var topic = given.Topic("task/stage/lock");

        // The box hears of the presence when it has subscribed; a lost one counts when it was there before.
        LoseUntilInGrace(given);
        var kept = given.Ask("call", "renew", $$"""{"lock":"{{token}}"}""");
        Assert.True(SpinWait.SpinUntil(() => Shows(given, "held"), ChildProcess.Patience));
        given.Supervisor.Publish("qmi/v1/client/alice/state", """{"v":1,"state":"online"}""", "-r");
        LoseUntilInGrace(given);

        var ended = given.Supervisor.WaitFor(topic, document => Text(document, "locked") == "false" && Text(document, "prev", "end") == "expired").Json;
        Assert.Equal("true", Text(kept, "ok"));
        Assert.Equal("alice", Text(ended, "prev", "owner"));
    }

    [Fact]
    [Trait("rule", "LOCK-5")]
    [Trait("rule", "MQTT-2.5.9")]
    public async Task A_change_of_a_lock_shows_at_once_and_its_renewals_once_a_second_at_most()
    {
        await using var given = new GivenBridge();
        var token = Text(given.Ask("call", "lock"), "result", "token");
        var topic = given.Topic("task/stage/lock");
        given.Supervisor.WaitFor(topic, document => Text(document, "locked") == "true");
        var target = given.Box.FindObject(given.StageName)!.Lock;
        int Published() => given.Supervisor.Seen.Count(seen => seen.Topic == topic);
        var (before, begun) = (Published(), TimeProvider.System.GetTimestamp());

        while (TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(2.5))
        {
            for (var renewal = 0; renewal < 100; renewal++)
                target.Renew(new Runtime.Caller("alice"), token);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        var seconds = TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
        var renewals = Published() - before;
        Assert.InRange(renewals, 1, (int)seconds + 1);
        given.Ask("call", "unlock", $$"""{"lock":"{{token}}"}""");
        given.Supervisor.WaitFor(topic, document => Text(document, "locked") == "false" && Text(document, "fence") == "1");
    }

    [Fact]
    [Trait("rule", "MQTT-2.5.9")]
    public async Task The_document_of_a_lock_says_everything_but_the_token()
    {
        await using var given = new GivenBridge();
        var token = Text(given.Ask("call", "lock", """{"args":{"lease_ms":20000,"note":"alignment"}}"""), "result", "token")!;

        var shown = given.Supervisor.WaitFor(given.Topic("task/stage/lock"), document => Text(document, "locked") == "true");
        var info = given.Ask("get", "lock_info", caller: "bob");

        Assert.Equal(("alice", "alignment", "1", "held", "20000", "0"), (Text(shown.Json, "owner"), Text(shown.Json, "note"), Text(shown.Json, "fence"), Text(shown.Json, "state"), Text(shown.Json, "lease_ms"), Text(shown.Json, "waiters")));
        Assert.InRange(shown.Json.GetProperty("expires").GetDateTimeOffset() - shown.Json.GetProperty("granted").GetDateTimeOffset(), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(20.1));
        Assert.Equal("alice", Text(info, "result", "owner"));
        Assert.DoesNotContain(token, shown.Payload);
        Assert.DoesNotContain(token, info.GetRawText());
    }

    private static bool Shows(GivenBridge given, string state) => given.Supervisor.Newest(given.Topic("task/stage/lock"))!.Contains($"\"state\":\"{state}\"");

    private static void LoseUntilInGrace(GivenBridge given)
    {
        bool Lose()
        {
            given.Supervisor.Publish("qmi/v1/client/alice/state", """{"v":1,"state":"lost"}""", "-r");
            return SpinWait.SpinUntil(() => Shows(given, "grace"), TimeSpan.FromMilliseconds(500));
        }

        Assert.True(SpinWait.SpinUntil(Lose, ChildProcess.Patience), "The lock did not become short.");
    }
}
