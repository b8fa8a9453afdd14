using Qmi.Edge.Runtime;
using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

public class PushTests
{
    [Theory]
    [InlineData("5")]
    [InlineData("311")]
    [Trait("rule", "SET-4")]
    public async Task A_push_is_pending_then_applied_at_a_turn_and_then_cleared(string version)
    {
        await using var given = new GivenBridge(version: version);
        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","base_rev":0,"values":{"rate_hz":20}}""", "-r");
        var pending = given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "pending").Json;
        var twin = given.Supervisor.WaitFor(given.Topic("task/stage/settings"), document => document.GetProperty("pending").ValueKind == System.Text.Json.JsonValueKind.Object).Json;

        given.Stage.Start();
        var applied = given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "applied").Json;
        var reported = given.Supervisor.WaitFor(given.Topic("task/stage/settings"), document => Text(document, "reported", "rev") == "1").Json;

        Assert.Equal(("p-1", "1", "1"), (Text(pending, "id"), Text(pending, "rev"), Text(pending, "head_rev")));
        Assert.Equal(("20", "alice", "start"), (Text(twin, "pending", "values", "rate_hz"), Text(twin, "pending", "by"), Text(twin, "pending", "waiting_for")));
        Assert.Equal("[10,20]", Text(twin, "delta", "/rate_hz"));
        Assert.Equal(("0", "yes"), (Text(applied, "turn"), Text(applied, "executed")));
        Assert.Equal(("20", "coarse", "alice", "p-1"), (Text(reported, "reported", "values", "rate_hz"), Text(reported, "reported", "values", "mode"), Text(reported, "reported", "by"), Text(reported, "reported", "id")));
        Assert.Equal(("202", "200"), (Text(pending, "ac"), Text(applied, "ac")));
        // The retained push lives exactly until it is answered.
        WaitForCleared(given);
    }

    [Fact]
    [Trait("rule", "SET-3")]
    [Trait("rule", "MQTT-2.6.1")]
    public async Task A_wrong_push_is_rejected_as_a_whole_with_a_pointer_for_each_error()
    {
        await using var given = new GivenBridge();

        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","values":{"rate_hz":0,"mode":"x","foo":1}}""");
        var ack = given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice")).Json;

        Assert.Equal(("rejected", "BAD_ARGS", "no", "0"), (Text(ack, "state"), Text(ack, "code"), Text(ack, "executed"), Text(ack, "head_rev")));
        Assert.Equal(["/rate_hz", "/mode", "/foo"], ack.GetProperty("errors").EnumerateArray().Select(error => Text(error, "path")));
        Assert.Null(given.Stage.GetPendingSettings());
    }

    [Theory]
    [InlineData("{bad", "BAD_JSON")]
    [InlineData("[1]", "BAD_ARGS")]
    [InlineData("""{"value":{}}""", "BAD_ARGS")]
    [InlineData("""{"values":{},"confirm_ms":-5}""", "BAD_ARGS")]
    [InlineData("""{"values":{},"confirm_ms":86400001}""", "BAD_ARGS")]
    [InlineData("""{"values":{},"expires":"soon"}""", "BAD_ARGS")]
    [InlineData("""{"values":{},"apply":"later"}""", "BAD_ARGS")]
    [InlineData("""{"values":{},"mode":"replace","rebase":true,"base_rev":0}""", "BAD_ARGS")]
    [InlineData("""{"values":{"rate_hz":20},"expires":"2020-01-01T00:00:00Z"}""", "EXPIRED")]
    [InlineData("""{"values":{"rate_hz":44}}""", "TASK_ERROR")]
    [InlineData("""{"values":{"rate_hz":20},"base_rev":7}""", "CONFLICT")]
    public async Task A_push_that_cannot_be_understood_gets_one_clear_ack(string payload, string code)
    {
        await using var given = new GivenBridge();

        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), payload);

        var ack = given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice")).Json;
        var (state, number) = code == "EXPIRED" ? ("expired", "408") : ("rejected", "400");
        Assert.Equal((state, number, code, "no"), (Text(ack, "state"), Text(ack, "ac"), Text(ack, "code"), Text(ack, "executed")));
    }

    [Fact]
    [Trait("rule", "SET-1")]
    [Trait("rule", "MQTT-2.6.6")]
    [Trait("rule", "MQTT-3.16")]
    public async Task Of_two_pushes_before_a_turn_the_first_is_told_that_it_was_superseded()
    {
        await using var given = new GivenBridge();

        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","values":{"rate_hz":20}}""");
        given.Supervisor.Publish(given.Topic("task/stage/push/bob"), """{"id":"p-2","values":{"mode":"very_fine"}}""");
        var superseded = given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "superseded").Json;
        given.Stage.Start();
        given.Supervisor.WaitFor(given.Topic("task/stage/ack/bob"), ack => Text(ack, "state") == "applied");

        Assert.Equal("p-1", Text(superseded, "id"));
        // A merge is laid over what was newest, so the pushed-out values travel on in it.
        Assert.Equal((20, StageMode.VeryFine), (given.Stage.GetSettings().RateHz, given.Stage.GetSettings().Mode));
    }

    [Fact]
    [Trait("rule", "MQTT-3.20")]
    public async Task Pushes_beyond_what_a_caller_may_send_are_refused_and_cleared_and_those_of_another_are_not()
    {
        await using var given = new GivenBridge(box: new EdgeBoxOptions { ClockSource = new RightClock(), Requests = new RequestOptions { RequestsPerSecond = 0.01, Burst = 1 } });
        given.Stage.Start();

        given.Supervisor.Publish(given.Topic("task/stage/push/mallory"), """{"id":"p-1","values":{"rate_hz":20}}""");
        given.Supervisor.WaitFor(given.Topic("task/stage/ack/mallory"), ack => Text(ack, "state") == "applied");
        given.Supervisor.Publish(given.Topic("task/stage/push/mallory"), """{"id":"p-2","values":{"rate_hz":30}}""", "-r");
        var refused = given.Supervisor.WaitFor(given.Topic("task/stage/ack/mallory"), ack => Text(ack, "id") == "p-2").Json;
        WaitForCleared(given, "mallory");
        given.Supervisor.Publish(given.Topic("task/stage/push/bob"), """{"id":"p-1","values":{"rate_hz":40}}""");
        given.Supervisor.WaitFor(given.Topic("task/stage/ack/bob"), ack => Text(ack, "state") == "applied");

        Assert.Equal(("rejected", "BUSY", "no"), (Text(refused, "state"), Text(refused, "code"), Text(refused, "executed")));
        Assert.Contains("more than 0.01 requests a second", Text(refused, "message"));
    }

    [Fact]
    [Trait("rule", "SET-1")]
    public async Task Both_answers_to_two_pushes_of_one_caller_are_published_and_the_newest_stays()
    {
        await using var given = new GivenBridge();

        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","values":{"rate_hz":20}}""");
        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-2","values":{"rate_hz":30}}""");
        given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "id") == "p-1" && Text(ack, "state") == "superseded");
        given.Stage.Start();
        given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "id") == "p-2" && Text(ack, "state") == "applied");

        using var late = new Supervisor(given.Broker.Port, given.Topic("task/stage/ack/#"));
        Assert.Equal("p-2", Text(late.WaitFor(given.Topic("task/stage/ack/alice")).Json, "id"));
    }

    [Fact]
    [Trait("rule", "SET-6")]
    [Trait("rule", "MQTT-2.6.7")]
    public async Task A_push_that_the_task_cannot_adopt_fails_with_the_reason_and_the_task_lives_on()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();

        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","values":{"rate_hz":66}}""");
        var failed = given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "failed").Json;

        Assert.Contains("the gear refuses 66 Hz", Text(failed, "message"));
        Assert.Equal((10, true), (given.Stage.GetSettings().RateHz, given.Stage.IsRunning()));
    }

    [Fact]
    [Trait("rule", "MQTT-2.6.4")]
    public async Task A_push_with_a_known_id_is_not_applied_twice_but_answered_again()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        for (var copy = 0; copy < 3; copy++)
        {
            var from = given.Supervisor.Seen.Count;
            given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","values":{"rate_hz":20}}""");
            Assert.Equal("1", Text(given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "applied", from).Json, "rev"));
        }

        Assert.Equal("1", Text(given.Ask("call", "set_settings", """{"args":{"values":{"rate_hz":20},"base_rev":1},"dry_run":true}"""), "ok") == "true" ? "1" : "0");
    }

    [Fact]
    [Trait("rule", "MQTT-2.6.3")]
    [Trait("rule", "MQTT-3.15")]
    public async Task A_retained_push_without_a_guard_is_rejected()
    {
        await using var given = new GivenBridge();

        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","values":{"rate_hz":20}}""", "-r");
        var ack = given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice")).Json;

        Assert.Equal("rejected", Text(ack, "state"));
        Assert.Equal(("RETAINED_REQUEST", "STALE_GUARD_REQUIRED"), (Text(ack, "code"), Text(ack.GetProperty("errors")[0], "code")));
        Assert.Null(given.Stage.GetPendingSettings());
        WaitForCleared(given);
    }

    [Fact]
    [Trait("rule", "MQTT-2.6.5")]
    public async Task A_push_to_a_task_that_somebody_else_has_locked_is_rejected()
    {
        await using var given = new GivenBridge();
        given.Ask("call", "lock", caller: "bob");

        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","values":{"rate_hz":20}}""");

        Assert.Equal("LOCKED", Text(given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice")).Json, "code"));
    }

    [Fact]
    [Trait("rule", "MQTT-2.6.13")]
    public async Task A_secret_is_never_shown()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();

        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","values":{"password":"sesame"}}""");
        given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "applied");
        var document = given.Supervisor.WaitFor(given.Topic("task/stage/settings"), document => Text(document, "reported", "rev") == "1").Json;

        Assert.Equal("***", Text(document, "reported", "values", "password"));
        Assert.DoesNotContain(given.Supervisor.Seen, seen => seen.Payload.Contains("sesame") && !seen.Topic.Contains("/push/"));
        Assert.DoesNotContain(given.Audit.Entries, entry => (entry.New + entry.Old).Contains("sesame"));
    }

    [Fact]
    public async Task Settings_are_also_pushed_by_a_call_which_waits_for_their_adoption()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();

        var applied = given.Ask("call", "set_settings", """{"args":{"values":{"rate_hz":25}}}""");
        var refused = given.Ask("call", "set_settings", """{"args":{"values":{"rate_hz":500}}}""");
        var failed = given.Ask("call", "set_settings", """{"args":{"values":{"rate_hz":66}}}""");

        Assert.Equal(("1", "applied"), (Text(applied, "result", "rev"), Text(applied, "result", "state")));
        Assert.Equal("/rate_hz", Text(refused.GetProperty("error").GetProperty("details").GetProperty("errors")[0], "path"));
        Assert.Contains("the gear refuses", Text(failed, "error", "message"));
        Assert.Equal(25, given.Stage.GetSettings().RateHz);
    }

    [Fact]
    public async Task A_retained_push_with_a_time_until_it_is_wanted_is_accepted()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();

        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-1","expires":"2099-01-01T00:00:00Z","values":{"rate_hz":20}}""", "-r");

        given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "applied");
        WaitForCleared(given);
    }

    [Theory]
    [InlineData("{bad")]
    [InlineData("""{"id":"p-1","base_rev":9,"values":{}}""")]
    [Trait("rule", "MQTT-2.6.11")]
    public async Task A_retained_push_that_is_refused_is_cleared_behind_its_answer(string payload)
    {
        await using var given = new GivenBridge();

        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), payload, "-r");
        given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "rejected");
        WaitForCleared(given);

        var seen = given.Supervisor.Seen.ToList();
        Assert.True(seen.FindIndex(message => message.Topic == given.Topic("task/stage/ack/alice")) < seen.FindIndex(message => message.Topic == given.Topic("task/stage/push/alice") && message.Payload.Length == 0));
    }

    [Fact]
    [Trait("rule", "MQTT-2.6.2")]
    public async Task A_conflict_names_what_was_set_since()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        given.Supervisor.Publish(given.Topic("task/stage/push/bob"), """{"id":"p-1","values":{"rate_hz":20}}""");
        given.Supervisor.WaitFor(given.Topic("task/stage/ack/bob"), ack => Text(ack, "state") == "applied");

        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), """{"id":"p-2","base_rev":0,"values":{"rate_hz":30}}""");
        var ack = given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "rejected").Json;
        var reply = given.Ask("call", "set_settings", """{"args":{"base_rev":0,"values":{"rate_hz":30}}}""");

        Assert.Equal(("CONFLICT", "1", """["/rate_hz"]"""), (Text(ack, "code"), Text(ack, "head_rev"), Text(ack, "changed_since")));
        Assert.Equal("""["/rate_hz"]""", Text(reply, "error", "details", "changed_since"));
    }

    [Fact]
    public async Task The_owner_of_the_lock_pushes_with_its_token()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        var token = Text(given.Ask("call", "lock", caller: "alice"), "result", "token");

        given.Supervisor.Publish(given.Topic("task/stage/push/alice"), $$$"""{"id":"p-1","lock":"{{{token}}}","values":{"rate_hz":20}}""");

        given.Supervisor.WaitFor(given.Topic("task/stage/ack/alice"), ack => Text(ack, "state") == "applied");
    }

    [Fact]
    [Trait("rule", "MQTT-2.6.13")]
    public async Task A_secret_has_a_hash_that_tells_only_that_it_changed()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        var hashes = new List<string>();
        foreach (var password in new[] { "sesame", "other", "sesame" })
        {
            var reply = given.Ask("call", "set_settings", $$$$"""{"args":{"values":{"password":"{{{{password}}}}"}}}""");
            var document = given.Supervisor.WaitFor(given.Topic("task/stage/settings"), document => Text(document, "reported", "rev") == Text(reply, "result", "rev")).Json;
            hashes.Add(Text(document, "reported", "secrets", "/password")!);
        }

        Assert.All(hashes, hash => Assert.Matches("^hmac-sha256:[0-9a-f]{32}$", hash));
        Assert.Equal(hashes[0], hashes[2]);
        Assert.NotEqual(hashes[0], hashes[1]);
    }

    [Fact]
    public async Task The_document_has_the_hash_of_what_it_shows()
    {
        await using var given = new GivenBridge();

        var document = given.Supervisor.WaitFor(given.Topic("task/stage/settings")).Json;

        Assert.Equal(ContentHash.Of(document.GetProperty("reported").GetProperty("values")), Text(document, "reported", "hash"));
        Assert.Equal("0", Text(document, "last_good_rev"));
    }

    private static void WaitForCleared(GivenBridge given, string caller = "alice") =>
        Assert.True(SpinWait.SpinUntil(() => given.Supervisor.Newest(given.Topic($"task/stage/push/{caller}")) == "", ChildProcess.Patience));
}
