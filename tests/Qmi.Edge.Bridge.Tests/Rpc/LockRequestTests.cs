using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

public class LockRequestTests
{
    [Fact]
    [Trait("rule", "LOCK-4")]
    public async Task A_lock_is_granted_shown_respected_and_released()
    {
        await using var given = new GivenBridge();

        var grant = given.Ask("call", "lock", """{"args":{"lease_ms":30000,"note":"align"}}""");
        var token = Text(grant, "result", "token")!;
        var shown = given.Supervisor.WaitFor(given.Topic("task/stage/lock"), document => Text(document, "locked") == "true");
        var refused = given.Ask("call", "bump", caller: "bob");
        var allowed = given.Ask("call", "bump", $$"""{"lock":"{{token}}"}""");
        var stolen = given.Ask("call", "bump", $$"""{"lock":"{{token}}"}""", caller: "bob");
        var read = given.Ask("get", "is_locked", caller: "bob");
        var foreign = given.Ask("call", "unlock", $$$"""{"args":{"token":"{{{token}}}"}}""", caller: "bob");
        var released = given.Ask("call", "unlock", $$"""{"lock":"{{token}}"}""");

        Assert.Equal((32, "1"), (token.Length, Text(grant, "result", "fence")));
        Assert.Equal(("alice", "align"), (Text(shown.Json, "owner"), Text(shown.Json, "note")));
        Assert.DoesNotContain(token, shown.Payload);
        Assert.Equal(("LOCKED", "alice", "align"), (Text(refused, "error", "code"), Text(refused, "error", "details", "owner"), Text(refused, "error", "details", "note")));
        Assert.Equal("true", Text(allowed, "ok"));
        Assert.Equal(("LOCK_LOST", "alice"), (Text(stolen, "error", "code"), Text(stolen, "error", "details", "owner")));
        Assert.Equal("true", Text(read, "result"));
        Assert.Equal("false", Text(foreign, "result"));
        Assert.Equal("true", Text(released, "result"));
        given.Supervisor.WaitFor(given.Topic("task/stage/lock"), document => Text(document, "locked") == "false" && Text(document, "fence") == "1");
    }

    [Fact]
    [Trait("rule", "LOCK-7")]
    [Trait("rule", "MQTT-2.5.7")]
    public async Task Force_needs_a_reason_tells_the_owner_and_is_harmless_on_an_unlocked_task()
    {
        await using var given = new GivenBridge();
        var token = Text(given.Ask("call", "lock"), "result", "token");

        var forced = given.Ask("admin", "force_unlock", """{"args":{"reason":"shift change"}}""", caller: "adm");
        var again = given.Ask("admin", "force_unlock", """{"args":{"reason":"shift change"}}""", caller: "adm");
        var lost = given.Ask("call", "bump", $$"""{"lock":"{{token}}"}""");
        var shown = given.Supervisor.WaitFor(given.Topic("task/stage/lock"), document => document.TryGetProperty("prev", out _)).Json;

        Assert.Equal(("true", "false"), (Text(forced, "result", "was_locked"), Text(again, "result", "was_locked")));
        Assert.Equal(("LOCK_LOST", "adm", "shift change"), (Text(lost, "error", "code"), Text(lost, "error", "details", "by"), Text(lost, "error", "details", "reason")));
        Assert.Equal(("alice", "forced", "adm"), (Text(shown, "prev", "owner"), Text(shown, "prev", "end"), Text(shown, "prev", "by")));
        Assert.Equal("true", Text(given.Ask("get", "get_name"), "ok"));
    }

    [Fact]
    [Trait("rule", "LOCK-3")]
    public async Task A_waiter_gets_the_lock_when_it_is_released()
    {
        await using var given = new GivenBridge();
        var token = Text(given.Ask("call", "lock"), "result", "token");
        given.Supervisor.Publish(given.Topic("call/bob/stage/lock"), """{"args":{"wait_ms":20000},"timeout_ms":30000}""");
        given.Supervisor.WaitFor(given.Topic("task/stage/lock"), document => Text(document, "waiters") == "1");

        given.Ask("call", "unlock", $$"""{"lock":"{{token}}"}""");
        var grant = given.Supervisor.WaitFor(given.Topic("reply/bob/stage/lock")).Json;

        Assert.Equal("2", Text(grant, "result", "fence"));
    }

    [Fact]
    [Trait("rule", "LOCK-4")]
    [Trait("rule", "MQTT-2.5.4")]
    public async Task A_locked_task_is_stopped_in_an_emergency_by_anybody_with_a_reason()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        given.Ask("call", "lock");

        var refused = given.Ask("call", "stop", caller: "bob");
        var stopped = given.Ask("call", "stop", """{"args":{"override":true,"reason":"smoke"}}""", caller: "bob");
        given.Supervisor.WaitFor(given.Topic("task/stage/state"), state => Text(state, "state") == "stopped");

        Assert.Equal("LOCKED", Text(refused, "error", "code"));
        Assert.Equal("true", Text(stopped, "ok"));
        Assert.Contains(given.Audit.Entries, entry => entry is { Caller: "bob", Action: "stop", Error: null } && entry.New!.Contains("smoke"));
    }
}
