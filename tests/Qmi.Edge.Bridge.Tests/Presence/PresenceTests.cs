using Qmi.Edge.Runtime;
using Qmi.Edge.Testing;
using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

public class PresenceTests
{
    [Theory]
    [InlineData("5")]
    [InlineData("311")]
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
    public async Task Documents_are_retained_and_carry_version_boot_and_a_rising_number()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        given.Supervisor.WaitFor(given.Topic("task/stage/status"), document => Text(document, "values", "turns") is { } turns && turns != "null");
        using var late = new Supervisor(given.Broker.Port, given.Topic("#"));

        foreach (var name in new[] { "info", "task/stage/info", "task/stage/state", "task/stage/status", "task/stage/settings", "task/stage/lock" })
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

    [Fact]
    public async Task A_clean_stop_leaves_offline_behind_and_no_will()
    {
        await using var given = new GivenBridge();

        await given.Box.StopAsync();
        await given.DisposeBridgeAsync();

        given.Supervisor.WaitFor(given.Topic("state"), state => Text(state, "state") == "offline");
        Assert.DoesNotContain(given.Supervisor.Seen, seen => seen.Payload.Contains("\"lost\""));
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

    [Fact]
    public async Task A_state_published_by_somebody_else_is_put_right()
    {
        await using var given = new GivenBridge();
        var from = given.Supervisor.Seen.Count;

        given.Supervisor.Publish(given.Topic("state"), """{"v":1,"state":"lost","boot":"01ARZ3NDEKTSV4RRFFQ69G5FAV","conn":1}""", "-r");

        given.Supervisor.WaitFor(given.Topic("state"), state => Text(state, "state") == "online", from);
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
    public async Task An_alarm_is_retained_degrades_the_box_and_disappears_when_it_is_cleared()
    {
        await using var given = new GivenBridge();

        given.Box.Alarms.Raise("pump", AlarmSeverity.Error, "PUMP_DRY", "The pump runs dry: fill it.");
        var alarm = given.Supervisor.WaitFor(given.Topic("alarm/pump")).Json;
        given.Supervisor.WaitFor(given.Topic("state"), state => Text(state, "state") == "degraded");
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
    public async Task Health_tells_revisions_fences_and_signal_counters()
    {
        await using var given = new GivenBridge(new BridgeOptions { HealthInterval = TimeSpan.FromMilliseconds(200) });
        given.Stage.Start();

        var health = given.Supervisor.WaitFor(given.Topic("health"), document => document.GetProperty("tasks").GetProperty(given.StageName).GetProperty("sig").GetProperty("moved").GetInt64() > 10).Json;

        Assert.Equal("running", Text(health, "tasks", given.StageName, "state"));
        Assert.True(health.GetProperty("seq").GetInt64() > 1);
    }

    [Fact]
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
