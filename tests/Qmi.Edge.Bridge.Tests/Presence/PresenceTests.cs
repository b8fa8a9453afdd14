using Qmi.Edge.Runtime;
using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

public class PresenceTests
{
    [Theory]
    [InlineData("5")]
    [InlineData("311")]
    [Trait("rule", "MQTT-2.1.1")]
    public async Task Everything_is_described_before_the_box_is_online(string version)
    {
        await using var given = new GivenBridge(version: version);

        var online = given.Supervisor.Seen.ToList().FindIndex(seen => seen.Topic == given.Topic("state") && Text(seen.Json, "state") == "online");
        var before = given.Supervisor.Seen.Take(online).Select(seen => seen.Topic).ToHashSet();
        Assert.Superset(
            new[] { "info", "task/stage/info", "task/stage/state", "task/stage/status", "task/stage/settings", "task/stage/lock" }.Select(given.Topic).ToHashSet(),
            before);
    }

    [Fact]
    [Trait("rule", "MQTT-2.1.1")]
    public async Task Documents_are_retained_and_carry_version_boot_and_a_rising_number()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        given.Box.Alarms.Raise("pump", AlarmSeverity.Error, "PUMP_DRY", "The pump runs dry: fill it.");
        given.Supervisor.WaitFor(given.Topic("alarm/pump"));
        given.Supervisor.WaitFor(given.Topic("task/stage/status"), document => Text(document, "values", "turns") is { } turns && turns != "null");
        using var late = new Supervisor(given.Broker.Port, given.Topic("#"));

        foreach (var name in new[] { "info", "health", "alarm/pump", "task/stage/info", "task/stage/state", "task/stage/status", "task/stage/settings", "task/stage/lock" })
        {
            var seen = late.WaitFor(given.Topic(name));
            Assert.True(seen.Retain, name);
            Assert.Equal(("1", given.Box.Boot), (Text(seen.Json, "v"), Text(seen.Json, "boot")));
            Assert.True(seen.Json.GetProperty("seq").GetInt64() >= 1, name);
        }
    }

    [Fact]
    public async Task A_task_is_described_with_methods_schemas_units_and_signals()
    {
        await using var given = new GivenBridge();

        var info = given.Supervisor.WaitFor(given.Topic("task/stage/info")).Json;

        Assert.Equal(("call", "respects"), (Text(info, "methods", "bump", "verb"), Text(info, "methods", "bump", "lock")));
        Assert.Equal(("Counts, and takes as long as it is told.", "ms"), (Text(info, "methods", "bump", "description"), Text(info, "methods", "bump", "args", "properties", "hold_ms", "unit")));
        Assert.Equal(("1", "100", "10", "Hz"), (Text(info, "settings", "properties", "rate_hz", "minimum"), Text(info, "settings", "properties", "rate_hz", "maximum"), Text(info, "settings", "properties", "rate_hz", "default"), Text(info, "settings", "properties", "rate_hz", "unit")));
        Assert.Equal("""["coarse","very_fine"]""", Text(info, "settings", "properties", "mode", "enum"));
        Assert.Equal("mm", Text(info, "signals", "moved", "value", "properties", "x", "unit"));
    }

    [Theory]
    [InlineData("5")]
    [InlineData("311")]
    [Trait("rule", "MQTT-2.7.1")]
    public async Task A_box_is_starting_online_stopping_offline_in_this_order_and_leaves_no_will(string version)
    {
        await using var given = new GivenBridge(version: version);

        await given.Box.StopAsync();
        given.Supervisor.WaitFor(given.Topic("state"), state => Text(state, "state") == "stopping");
        await given.DisposeBridgeAsync();

        given.Supervisor.WaitFor(given.Topic("state"), state => Text(state, "state") == "offline");
        var seen = given.Supervisor.Seen.Where(message => message.Topic == given.Topic("state")).Select(message => message.Json).ToList();
        Assert.Equal(["starting", "online", "stopping", "offline"], seen.Select(state => Text(state, "state")).Distinct());
        Assert.All(seen, state => Assert.Equal((given.Box.Boot, "1"), (Text(state, "boot"), Text(state, "conn"))));
        Assert.Equal("the box was stopped", Text(seen[^1], "reason"));
        Assert.Equal(seen.Select(state => Text(state, "since")).Order(StringComparer.Ordinal), seen.Select(state => Text(state, "since")));
    }

    [Fact]
    public async Task A_box_that_is_restarted_says_by_whom_and_why()
    {
        await using var given = new GivenBridge();

        given.Ask("admin", "reboot", """{"args":{"reason":"new firmware"}}""", target: "_box");
        Assert.Equal("new firmware", (await given.Box.RestartRequested).Reason);
        await given.Box.StopAsync();
        await given.DisposeBridgeAsync();

        given.Supervisor.WaitFor(given.Topic("state"), state => Text(state, "state") == "offline" && Text(state, "reason") == "restart asked for by alice: new firmware");
    }

    [Fact]
    [Trait("rule", "MQTT-2.7.4")]
    public async Task Whoever_acknowledges_an_alarm_is_named_in_it_until_it_is_raised_again()
    {
        await using var given = new GivenBridge();
        given.Box.Alarms.Raise("pump", AlarmSeverity.Warning, "PUMP_DRY", "The pump runs dry: fill it.");
        Assert.Equal("false", Text(given.Supervisor.WaitFor(given.Topic("alarm/pump")).Json, "ack"));

        Assert.Equal("pump", Text(given.Ask("call", "ack_alarm", """{"args":{"id":"pump"}}""", target: "_box"), "result", "id"));
        given.Supervisor.WaitFor(given.Topic("alarm/pump"), alarm => Text(alarm, "ack", "by") == "alice");
        var from = given.Supervisor.Seen.Count;
        given.Box.Alarms.Raise("pump", AlarmSeverity.Warning, "PUMP_DRY", "The pump runs dry: fill it.");

        given.Supervisor.WaitFor(given.Topic("alarm/pump"), alarm => Text(alarm, "ack") == "false", from);
    }

    [Fact]
    public async Task A_renamed_box_is_found_under_its_new_name_and_under_no_other()
    {
        await using var given = new GivenBridge(box: new EdgeBoxOptions { Alias = "east" });
        Assert.Matches($$"""^\{"v":1,"boot":"{{given.Box.Boot}}","seq":[1-9][0-9]*,"box":"box07"\}$""", given.Supervisor.WaitFor("qmi/v1/alias/east").Payload);

        given.Ask("admin", "rename", """{"args":{"alias":"west"}}""", target: "_box");

        Assert.Matches($$"""^\{"v":1,"boot":"{{given.Box.Boot}}","seq":[1-9][0-9]*,"box":"box07"\}$""", given.Supervisor.WaitFor("qmi/v1/alias/west").Payload);
        given.Supervisor.WaitFor(given.Topic("info"), info => Text(info, "alias") == "west");
        using var late = new Supervisor(given.Broker.Port, "qmi/v1/alias/#");
        late.WaitFor("qmi/v1/alias/west");
        Assert.DoesNotContain(late.Seen, seen => seen.Topic == "qmi/v1/alias/east");
    }

    [Fact]
    [Trait("rule", "TASK-10")]
    public async Task The_last_status_of_a_stopping_task_still_reaches_the_broker()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        given.Supervisor.WaitFor(given.Topic("task/stage/status"), document => Text(document, "values", "turns") is { } turns && turns != "null");

        await given.Box.StopAsync();
        var last = given.Stage.GetStatus().Turns;
        await given.DisposeBridgeAsync();

        given.Supervisor.WaitFor(given.Topic("task/stage/status"), document => Text(document, "values", "turns") == last.ToString(System.Globalization.CultureInfo.InvariantCulture));
        given.Supervisor.WaitFor(given.Topic("task/stage/state"), state => Text(state, "state") == "stopped");
    }

    [Theory]
    [InlineData("5")]
    [InlineData("311")]
    [Trait("rule", "MQTT-2.7.2")]
    [Trait("rule", "MQTT-3.4")]
    public async Task Whatever_somebody_else_publishes_as_the_state_is_put_right_at_once(string version)
    {
        await using var given = new GivenBridge(version: version);
        string?[] wrong =
        [
            """{"v":1,"state":"lost","boot":"01ARZ3NDEKTSV4RRFFQ69G5FAV","conn":1}""",
            $$"""{"v":1,"state":"lost","boot":"{{given.Box.Boot}}","conn":1}""",
            $$"""{"v":1,"state":"offline","boot":"{{given.Box.Boot}}","conn":1}""",
            """{"v":1,"state":"moved","boot":"7ZZZZZZZZZZZZZZZZZZZZZZZZZ","conn":1}""",
            "nonsense",
            null,
        ];
        foreach (var payload in wrong)
        {
            var from = given.Supervisor.Seen.Count;
            given.Supervisor.Publish(given.Topic("state"), payload, "-r");
            given.Supervisor.WaitFor(given.Topic("state"), state => Text(state, "state") == "online", from + 1);
        }

        // Corrections are answered by nothing, not even by our own echo on 3.1.1.
        Assert.True(given.Supervisor.Seen.Count(seen => seen.Topic == given.Topic("state")) <= 2 + (2 * wrong.Length));
        using var late = new Supervisor(given.Broker.Port, given.Topic("state"));
        Assert.Equal("online", Text(late.WaitFor(given.Topic("state")).Json, "state"));
    }

    [Fact]
    [Trait("rule", "MQTT-2.7.2")]
    [Trait("rule", "MQTT-3.4")]
    public async Task A_will_that_comes_late_is_corrected()
    {
        // On 3.1.1 there is no delay: the broker publishes the will at once when it ends the connection.
        await using var given = new GivenBridge(version: "311");
        var from = given.Supervisor.Seen.Count;

        using (var thief = new ChildProcess("mosquitto_pub", "-h", "127.0.0.1", "-p", given.Broker.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "-i", "box07", "-t", "thief", "-n"))
            Assert.Equal(0, thief.WaitForExit());

        given.Supervisor.WaitFor(given.Topic("state"), state => Text(state, "state") == "lost", from);
        given.Supervisor.WaitFor(given.Topic("state"), state => Text(state, "state") == "online" && Text(state, "conn") == "2", from);
        Assert.Null(given.Box.Alarms.Find("duplicate-box-id"));
    }

    [Fact]
    public async Task A_removed_object_leaves_no_retained_topic_behind()
    {
        await using var given = new GivenBridge();

        await given.Box.RemoveAsync(given.StageName);
        var topics = new[] { "info", "state", "status", "settings", "lock" }.Select(name => given.Topic($"task/stage/{name}")).ToList();

        Assert.True(SpinWait.SpinUntil(() => topics.TrueForAll(topic => given.Supervisor.Newest(topic) == ""), ChildProcess.Patience));
        given.Supervisor.WaitFor(given.Topic("info"), info => Text(info, "tasks") == "{}");
    }

    [Fact]
    [Trait("rule", "MQTT-2.7.4")]
    public async Task An_alarm_is_retained_degrades_the_box_and_disappears_when_it_is_cleared()
    {
        await using var given = new GivenBridge();

        given.Box.Alarms.Raise("pump", AlarmSeverity.Error, "PUMP_DRY", "The pump runs dry: fill it.");
        var alarm = given.Supervisor.WaitFor(given.Topic("alarm/pump")).Json;
        given.Supervisor.WaitFor(given.Topic("state"), state => Text(state, "state") == "degraded" && Text(state, "reason") == "alarm pump: PUMP_DRY");
        given.Box.Alarms.Clear("pump");

        Assert.Equal(("error", "PUMP_DRY"), (Text(alarm, "severity"), Text(alarm, "code")));
        Assert.True(SpinWait.SpinUntil(() => given.Supervisor.Newest(given.Topic("alarm/pump")) == "", ChildProcess.Patience));
        Assert.True(SpinWait.SpinUntil(() => given.Supervisor.Newest(given.Topic("state"))!.Contains("online"), ChildProcess.Patience));
    }

    [Fact]
    [Trait("rule", "TASK-1")]
    public async Task A_task_that_throws_is_failed_with_its_reason_and_an_alarm_and_the_box_goes_on()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();

        given.Ask("call", "set_settings", """{"args":{"values":{"rate_hz":77}},"wait":"accepted"}""");
        var state = given.Supervisor.WaitFor(given.Topic("task/stage/state"), document => Text(document, "state") == "failed").Json;
        var alarm = given.Supervisor.WaitFor(given.Topic("alarm/task-stage")).Json;
        var join = given.Ask("call", "join");

        Assert.Equal(("InvalidOperationException", "the belt tore at 77 Hz", "iteration"), (Text(state, "error", "type"), Text(state, "error", "message"), Text(state, "error", "phase")));
        Assert.Equal("TASK_FAILED", Text(alarm, "code"));
        Assert.Contains("the belt tore", Text(join, "error", "message"));
        Assert.Equal("true", Text(given.Ask("call", "restart"), "ok"));
    }

    [Fact]
    [Trait("rule", "MQTT-2.7.3")]
    public async Task Health_tells_revisions_fences_and_signal_counters()
    {
        await using var given = new GivenBridge(new BridgeOptions { HealthInterval = TimeSpan.FromMilliseconds(200) });
        given.Stage.Start();

        var health = given.Supervisor.WaitFor(given.Topic("health"), document => document.GetProperty("tasks").GetProperty(given.StageName).GetProperty("sig").GetProperty("moved").GetInt64() > 10).Json;

        Assert.Equal("running", Text(health, "tasks", given.StageName, "state"));
        Assert.True(health.GetProperty("seq").GetInt64() > 1);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("311")]
    [Trait("rule", "MQTT-2.7.3")]
    public async Task Health_tells_how_the_box_its_clock_and_its_connection_are(string version)
    {
        await using var given = new GivenBridge(new BridgeOptions { HealthInterval = TimeSpan.FromMilliseconds(200) }, version);

        var health = given.Supervisor.WaitFor(given.Topic("health"), document => document.TryGetProperty("rtt_ms", out _)).Json;

        Assert.Equal(
            ["v", "boot", "seq", "period_s", "ts", "up_s", "mono_us", "conn", "clock", "outbox", "redelivered", "signals_lost", "rtt_ms", "recycled", "lanes", "tasks", "instruments"],
            health.EnumerateObject().Select(member => member.Name));
        Assert.Equal((given.Box.Boot, "0.2", "1", "0", "{}"), (Text(health, "boot"), Text(health, "period_s"), Text(health, "conn"), Text(health, "recycled"), Text(health, "lanes")));
        Assert.Equal(("0", "0", "0"), (Text(health, "clock", "steps"), Text(health, "outbox", "n"), Text(health, "outbox", "dropped")));
        Assert.Equal((given.Box.Clock.IsSynchronised ? "true" : "false", given.Box.Clock.Reading.Source), (Text(health, "clock", "sync"), Text(health, "clock", "src")));
        Assert.InRange(health.GetProperty("rtt_ms").GetDouble(), 0, 10_000);
        Assert.Equal(["state", "settings", "fence", "sig"], health.GetProperty("tasks").GetProperty(given.StageName).EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    [Trait("rule", "MQTT-2.11.2")]
    public async Task Info_tells_limits_clock_and_what_the_broker_announced()
    {
        await using var given = new GivenBridge(broker: new MosquittoBroker("allow_anonymous true\nmax_packet_size 2000000\nmax_topic_alias 5"), box: new EdgeBoxOptions { Alias = "east" });

        var info = given.Supervisor.WaitFor(given.Topic("info"), document => document.TryGetProperty("broker", out _)).Json;

        Assert.Equal(("box07", "east", "10"), (Text(info, "box"), Text(info, "alias"), Text(info, "limits", "health_period_s")));
        Assert.Equal(("false", "50", "100"), (Text(info, "durable"), Text(info, "limits", "requests_per_s"), Text(info, "limits", "requests_burst")));
        Assert.Equal(("5", "2", "true", "2000000"), (Text(info, "broker", "protocol"), Text(info, "broker", "maximum_qos"), Text(info, "broker", "retain"), Text(info, "broker", "maximum_packet_bytes")));
        Assert.Equal(("10", "30", "5"), (Text(info, "broker", "keep_alive_s"), Text(info, "broker", "session_expiry_s"), Text(info, "broker", "topic_alias_maximum")));
        Assert.Equal(given.Box.Clock.Reading.Source, Text(info, "clock", "src"));
        given.Broker.Dispose();
    }

    [Fact]
    [Trait("rule", "MQTT-3.3")]
    public async Task After_a_broker_that_forgot_everything_all_documents_are_back_under_the_same_boot()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        given.Broker.Kill();
        given.Broker.Restart();
        using var late = new Supervisor(given.Broker.Port, given.Topic("#"));

        late.WaitFor(given.Topic("state"), state => Text(state, "state") == "online" && Text(state, "boot") == given.Box.Boot);
        foreach (var name in new[] { "info", "task/stage/info", "task/stage/state", "task/stage/status", "task/stage/settings", "task/stage/lock" })
            late.WaitFor(given.Topic(name));
        Assert.Equal("true", Text(late.Ask("box07", "get", "alice", given.StageName, "get_name"), "ok"));
    }
}
