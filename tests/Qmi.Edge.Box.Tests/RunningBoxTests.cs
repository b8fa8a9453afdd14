using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box.Tests;

public sealed class RunningBoxTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecordedLog _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_box_without_a_broker_runs_what_its_configuration_says()
    {
        await using var running = await Start("""
            {"box":"cryo",
             "instruments":{"first":{"type":"pump","args":{"feeds":"second"}},"second":{"type":"pump"},"shut":{"type":"pump","open":false}},
             "tasks":{"stage":{"type":"follower","args":{"channel":3},"settings":{"rate":20},"loop":{"period_ms":250,"policy":"skip"}},
                      "later":{"type":"idler","start":false}}}
            """);

        Assert.Equal(["second", "first", "shut", "stage", "later"], running.Box.Objects.Select(target => target.Name));
        Assert.True(running.Box.GetProxy<PumpProxy>("first").IsOpen());
        Assert.False(running.Box.GetProxy<PumpProxy>("shut").IsOpen());
        Assert.Equal("second", Assert.IsType<Pump>(running.Box.FindObject("first")).Feeds);
        var stage = running.Box.GetProxy<FollowerProxy>("stage");
        Assert.True(stage.IsRunning());
        Assert.Equal(20, stage.GetSettings().Rate);
        Assert.Equal((TimeSpan.FromMilliseconds(250), MissedLoopPolicy.Skip), Loop(stage));
        Assert.Equal(TaskState.Ready, ((QmiTaskRunner)running.Box.FindObject("later")!).Life.State);
        Assert.Empty(running.Box.Alarms.Raised);
        Assert.Equal([(LogLevel.Information, "Box cryo runs with 5 objects")], _log.Lines);
    }

    [Fact]
    public async Task An_instrument_that_cannot_be_opened_is_an_alarm_and_the_rest_runs()
    {
        await using var running = await Start("""{"box":"cryo","instruments":{"gate":{"type":"gate","args":{"file":"GATE"}},"pump":{"type":"pump"}},"tasks":{"stage":{"type":"follower"}}}""");

        var alarm = Assert.Single(running.Box.Alarms.Raised);
        Assert.Equal(("start-gate", AlarmSeverity.Error, "START_FAILED", "gate could not be started: The gate is shut."), (alarm.Id, alarm.Severity, alarm.Code, alarm.Text));
        Assert.Equal(InstrumentState.Closed, ((QmiInstrument)running.Box.FindObject("gate")!).State);
        Assert.True(running.Box.GetProxy<PumpProxy>("pump").IsOpen());
        Assert.True(running.Box.GetProxy<FollowerProxy>("stage").IsRunning());
        Assert.Equal(
            [
                (LogLevel.Error, "gate could not be started, the rest of the box runs: The gate is shut."),
                (LogLevel.Warning, "Box cryo runs with 3 objects; not started: gate"),
            ],
            _log.Lines);
    }

    [Fact]
    public async Task The_alarm_ends_when_the_instrument_is_opened_after_all()
    {
        await using var running = await Start("""{"box":"cryo","instruments":{"gate":{"type":"gate","args":{"file":"GATE"}}}}""");
        var gate = running.Box.GetProxy<GateProxy>("gate");
        Assert.Throws<NotSupportedException>(gate.Open);
        Assert.NotNull(running.Box.Alarms.Find("start-gate"));

        _folder.Write("gate", "");
        gate.Open();

        Assert.Empty(running.Box.Alarms.Raised);
    }

    [Fact]
    public async Task A_task_whose_constructor_throws_is_an_alarm_and_the_rest_runs()
    {
        await using var running = await Start("""{"box":"cryo","tasks":{"broken":{"type":"broken","args":{"reason":"It has no power."}},"stage":{"type":"follower"}}}""");

        var alarm = Assert.Single(running.Box.Alarms.Raised);
        Assert.Equal(("start-broken", "START_FAILED", "broken could not be started: Task broken could not be constructed: It has no power."), (alarm.Id, alarm.Code, alarm.Text));
        Assert.Null(running.Box.FindObject("broken"));
        Assert.True(running.Box.GetProxy<FollowerProxy>("stage").IsRunning());
    }

    [Fact]
    public async Task What_refers_to_something_that_did_not_start_is_told_as_well()
    {
        await using var running = await Start("""
            {"box":"cryo","instruments":{"misbuilt":{"type":"misbuilt"},"pump":{"type":"pump"}},
             "tasks":{"idler":{"type":"idler","args":{"pump":"misbuilt"}},"other":{"type":"idler","args":{"pump":"pump"}}}}
            """);

        Assert.Equal(
            [
                ("start-idler", "idler could not be started: Task idler could not be constructed: There is no object \"misbuilt\" in this box."),
                ("start-misbuilt", "misbuilt could not be started: It cannot be built."),
            ],
            running.Box.Alarms.Raised.Select(alarm => (alarm.Id, alarm.Text)).Order());
        Assert.Equal((LogLevel.Warning, "Box cryo runs with 2 objects; not started: idler, misbuilt"), _log.Lines[^1]);
    }

    [Fact]
    public async Task A_reference_to_an_object_of_the_wrong_kind_is_told_which_kind_is_needed()
    {
        await using var running = await Start("""{"box":"cryo","instruments":{"pump":{"type":"pump"}},"tasks":{"log":{"type":"excursion_log","args":{"thermostat":"pump"}}}}""");

        Assert.Equal(
            "log could not be started: Task log could not be constructed: \"pump\" is a Qmi.Edge.Box.Tests.Pump, which cannot be used as ThermostatProxy for \"thermostat\": name an object of that kind.",
            Assert.Single(running.Box.Alarms.Raised).Text);
    }

    [Fact]
    public async Task A_period_for_a_task_without_a_loop_is_told()
    {
        await using var running = await Start("""{"box":"cryo","tasks":{"idler":{"type":"idler","loop":{"period_ms":10}}}}""");

        Assert.Equal(
            "idler could not be started: Task idler could not be constructed: Task idler has no loop: take its period, its missed-loop policy and its spin away.",
            Assert.Single(running.Box.Alarms.Raised).Text);
    }

    [Fact]
    public async Task The_longest_name_has_an_alarm_too()
    {
        var name = new string('n', ObjectName.MaxLength);

        await using var running = await Start("""{"box":"cryo","instruments":{"NAME":{"type":"misbuilt"}}}""".Replace("NAME", name));

        Assert.Equal("start-" + name, Assert.Single(running.Box.Alarms.Raised).Id);
    }

    [Fact]
    [Trait("rule", "AUDIT-1")]
    public async Task What_is_done_to_the_box_is_in_the_audit_file_when_it_has_ended()
    {
        await using (var running = await Start("""{"box":"cryo","audit":{"file":"audit.jsonl"},"tasks":{"stage":{"type":"follower"}}}"""))
        {
            var stage = running.Box.GetProxy<FollowerProxy>("stage");
            stage.SetSettings(new FollowerSettings { Rate = 20 });
            Assert.Throws<QmiException>(() => stage.SetSettings(new FollowerSettings { Rate = 500 }));
        }

        var entries = File.ReadLines(_folder.PathOf("audit.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["set_settings", "set_settings"], entries.Select(entry => entry.GetProperty("action").GetString()));
        Assert.All(entries, entry => Assert.Equal(("stage", "_local"), (entry.GetProperty("object").GetString(), entry.GetProperty("caller").GetString())));
        Assert.Equal(20, entries[0].GetProperty("new").GetProperty("rate").GetDouble());
        Assert.Equal("Settings of stage: /rate is 500 Hz, the largest allowed is 400 Hz.", entries[1].GetProperty("error").GetString());
    }

    [Fact]
    [Trait("rule", "TASK-10")]
    public async Task The_end_stops_the_tasks_and_closes_the_instruments()
    {
        var running = await Start("""{"box":"cryo","instruments":{"pump":{"type":"pump"}},"tasks":{"stage":{"type":"follower"},"idler":{"type":"idler","args":{"pump":"pump"}}}}""");
        var pump = (QmiInstrument)running.Box.FindObject("pump")!;
        var tasks = running.Box.Objects.OfType<QmiTaskRunner>().ToList();

        await running.DisposeAsync();

        Assert.Equal(InstrumentState.Closed, pump.State);
        Assert.All(tasks, task => Assert.Equal((TaskState.Stopped, StopReason.Requested), (task.Life.State, task.Life.Reason)));
        Assert.DoesNotContain(_log.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_box_takes_its_state_folder_and_gives_it_back_at_its_end()
    {
        const string Configuration = """{"box":"cryo","state":{"folder":"state"},"tasks":{"stage":{"type":"follower"}}}""";
        await using (var running = await Start(Configuration))
        {
            Assert.NotNull(running.Box.State);
            var refused = await Assert.ThrowsAsync<IOException>(() => Start(Configuration));
            Assert.StartsWith($"The state folder {_folder.PathOf("state")} cannot be taken (", refused.Message);
            Assert.EndsWith("does another box use it? Each needs a folder of its own.", refused.Message);
        }

        await using var next = await Start(Configuration);
        Assert.True(next.Box.GetProxy<FollowerProxy>("stage").IsRunning());
    }

    [Fact]
    [Trait("rule", "SET-2")]
    [Trait("rule", "MQTT-2.6.12")]
    public async Task A_setting_that_was_edited_in_the_file_is_a_local_change_and_the_others_are_remembered()
    {
        const string Configuration = """{"box":"cryo","state":{"folder":"state"},"tasks":{"stage":{"type":"follower","settings":{"rate":RATE},"loop":{"period_ms":10}}}}""";
        await using (var running = await Start(Configuration.Replace("RATE", "20")))
        {
            var outcome = await running.Box.GetProxy<FollowerProxy>("stage").SetSettingsAsync(new FollowerSettings { Rate = 30, Label = "pushed" });
            Assert.Equal((SettingsResult.Applied, 1L), (outcome.Result, outcome.Revision));
        }

        await using (var running = await Start(Configuration.Replace("RATE", "20")))
            Assert.Equal(new FollowerSettings { Rate = 30, Label = "pushed" }, running.Box.GetProxy<FollowerProxy>("stage").GetSettings());
        await using var edited = await Start(Configuration.Replace("RATE", "25"));

        Assert.Equal(new FollowerSettings { Rate = 25, Label = "pushed" }, edited.Box.GetProxy<FollowerProxy>("stage").GetSettings());
        Assert.Equal(2, ((QmiTaskRunner)edited.Box.FindObject("stage")!).HeadRevision);
    }

    [Fact]
    public async Task What_only_the_start_needed_is_given_back_soon_after_it()
    {
        var needed = MakeOldGarbage();
        await using var running = await Start("""{"box":"cryo","tasks":{"stage":{"type":"follower"}}}""");

        Assert.True(SpinWait.SpinUntil(() => !needed.IsAlive, TimeSpan.FromSeconds(20)));

        // As old as what a start keeps until its end: no collection of young objects finds it.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference MakeOldGarbage()
        {
            var garbage = new object();
            while (GC.GetGeneration(garbage) < GC.MaxGeneration)
                GC.Collect(GC.GetGeneration(garbage));
            return new WeakReference(garbage);
        }
    }

    private static (TimeSpan, MissedLoopPolicy) Loop(FollowerProxy proxy)
    {
        // The schedule says what it is when its loop has begun.
        LoopStatistics? statistics = null;
        Assert.True(SpinWait.SpinUntil(() => (statistics = proxy.GetLoopStatistics()) is { Turns: > 0 }, TimeSpan.FromSeconds(20)));
        return (statistics!.Value.Period, statistics.Value.Policy);
    }

    private Task<RunningBox> Start(string configuration)
    {
        var file = _folder.Write("box.json", configuration.Replace("GATE", _folder.PathOf("gate")));
        return RunningBox.StartAsync(ConfigurationReader.Read(file, GivenTypes.Catalog()), _log);
    }
}
