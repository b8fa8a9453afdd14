using System.Text.Json;

namespace Qmi.Edge.Box.Tests;

/// <summary>A whole process that holds leases for others, stopped and continued by signals, and killed: no two leases live, and late writers are refused.</summary>
public sealed class PausedBoxTests : IDisposable
{
    private const string Stage = "qmi/v1/box/paused/task/stage";

    private readonly TemporaryFolder _folder = new();
    private readonly MosquittoBroker _broker = new("allow_anonymous true\nmax_queued_messages 0");

    public void Dispose()
    {
        _broker.Dispose();
        _folder.Dispose();
    }

    [Fact]
    [Trait("rule", "LOCK-8")]
    public void A_lease_that_ends_while_the_process_is_stopped_has_ended_for_whoever_comes_first()
    {
        using var supervisor = new Supervisor(_broker.Port);
        using var box = Run();
        var token = Lock(supervisor, "alice", """{"args":{"lease_ms":1500}}""");
        supervisor.Publish("qmi/v1/box/paused/call/bob/stage/lock", """{"args":{"wait_ms":20000,"lease_ms":30000},"timeout_ms":25000}""");
        supervisor.WaitFor($"{Stage}/lock", document => document.GetProperty("waiters").GetInt32() == 1);
        var begun = TimeProvider.System.GetTimestamp();

        box.Pause();
        // The owner writes while nobody can hear it, and is heard when its lease is long over.
        supervisor.Publish("qmi/v1/box/paused/call/alice/stage/set_settings", $$$"""{"id":"late","args":{"values":{"rate":50}},"lock":"{{{token}}}","fence":1}""");
        WaitSince(begun, TimeSpan.FromSeconds(2));
        box.Continue();

        var late = Reply(supervisor, "alice", "set_settings");
        var granted = Reply(supervisor, "bob", "lock");
        Assert.Equal("LOCK_LOST", late.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(2, granted.GetProperty("result").GetProperty("fence").GetInt32());
        var shown = supervisor.WaitFor($"{Stage}/lock", document => document.GetProperty("locked").GetBoolean() && document.GetProperty("owner").GetString() == "bob").Json;
        Assert.Equal(("alice", "expired"), (shown.GetProperty("prev").GetProperty("owner").GetString(), shown.GetProperty("prev").GetProperty("end").GetString()));
        supervisor.WaitFor("qmi/v1/box/paused/reply/alice/stage/_lock", notice => notice.GetProperty("event").GetString() == "expired");
        Assert.DoesNotContain(supervisor.Seen, seen => seen.Topic == $"{Stage}/settings" && seen.Payload.Contains("\"rate\":50"));
    }

    [Fact]
    [Trait("rule", "LOCK-8")]
    public void A_lease_that_is_longer_than_the_stop_is_still_its_owners_when_the_process_goes_on()
    {
        using var supervisor = new Supervisor(_broker.Port);
        using var box = Run();
        var token = Lock(supervisor, "alice", """{"args":{"lease_ms":60000}}""");
        var begun = TimeProvider.System.GetTimestamp();

        box.Pause();
        WaitSince(begun, TimeSpan.FromSeconds(1));
        box.Continue();

        var taken = supervisor.Ask("paused", "call", "bob", "stage", "lock");
        var kept = supervisor.Ask("paused", "call", "alice", "stage", "renew", $$"""{"lock":"{{token}}","fence":1}""");
        Assert.Equal("LOCKED", taken.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(1, kept.GetProperty("result").GetProperty("fence").GetInt32());
    }

    [Fact]
    [Trait("rule", "LOCK-6")]
    [Trait("rule", "LOCK-8")]
    public void A_killed_box_gives_the_lock_back_to_its_owner_and_to_nobody_else_and_its_fences_go_on()
    {
        using var supervisor = new Supervisor(_broker.Port);
        string token;
        using (var box = Run())
        {
            token = Lock(supervisor, "alice", """{"args":{"lease_ms":4000,"note":"alignment"}}""");
            box.Kill();
            box.WaitForExit();
        }

        var from = supervisor.Seen.Count;
        using var again = Run();
        supervisor.WaitFor("qmi/v1/box/paused/state", state => state.GetProperty("state").GetString() == "online", from);
        supervisor.WaitFor($"{Stage}/lock", document => document.TryGetProperty("state", out var state) && state.GetString() == "recovering", from);
        var refused = supervisor.Ask("paused", "call", "bob", "stage", "lock");
        var kept = supervisor.Ask("paused", "call", "alice", "stage", "renew", $$"""{"lock":"{{token}}","fence":1}""");
        Assert.Equal("LOCKED", refused.GetProperty("error").GetProperty("code").GetString());
        Assert.True(kept.GetProperty("ok").GetBoolean(), kept.GetRawText());

        // Now it stays away.
        var next = supervisor.Ask("paused", "call", "bob", "stage", "lock", """{"args":{"wait_ms":20000},"timeout_ms":25000}""");
        Assert.True(next.GetProperty("result").GetProperty("fence").GetInt64() > kept.GetProperty("result").GetProperty("fence").GetInt64());
        var late = supervisor.Ask("paused", "call", "alice", "stage", "stop", $$"""{"lock":"{{token}}"}""");
        Assert.Equal("LOCK_LOST", late.GetProperty("error").GetProperty("code").GetString());
    }

    private static string Lock(Supervisor supervisor, string caller, string payload)
    {
        supervisor.WaitFor("qmi/v1/box/paused/state", state => state.GetProperty("state").GetString() == "online");
        return supervisor.Ask("paused", "call", caller, "stage", "lock", payload).GetProperty("result").GetProperty("token").GetString()!;
    }

    private static JsonElement Reply(Supervisor supervisor, string caller, string method) => supervisor.WaitFor($"qmi/v1/box/paused/reply/{caller}/stage/{method}").Json;

    // The time that passes is what the test is about.
    private static void WaitSince(long begun, TimeSpan time)
    {
        while (TimeProvider.System.GetElapsedTime(begun) is var passed && passed < time)
            Thread.Sleep(time - passed);
    }

    private ChildProcess Run()
    {
        var file = _folder.Write("box.json", """{"box":"paused","mqtt":{"host":"127.0.0.1","port":PORT},"state":{"folder":"state"},"tasks":{"stage":{"type":"follower","loop":{"period_ms":5}}}}""".Replace("PORT", $"{_broker.Port}"));
        var box = new ChildProcess(Environment.ProcessPath!, "box", "run", file);
        box.WaitForLine("Box paused runs with 1 objects");
        return box;
    }
}
