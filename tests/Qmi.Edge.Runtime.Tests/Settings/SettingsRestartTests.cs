using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

/// <summary>What of the settings a restart finds again.</summary>
public class SettingsRestartTests
{
    [Fact]
    [Trait("rule", "SET-5")]
    public async Task What_was_in_effect_is_in_effect_again()
    {
        await using var given = new GivenRestarts().Boot();
        given.Apply("""{"note":"night","values":{"rate":20,"name":"a"}}""", "alice", "p-1");

        await given.RebootAsync(starts: false);

        Assert.Equal(new TestSettings { Rate = 20, Name = "a" }, given.Task.GetSettings());
        var reported = given.Document().GetProperty("reported");
        Assert.Equal((1, "alice", "p-1", "night"), (reported.GetProperty("rev").GetInt64(), reported.GetProperty("by").GetString(), reported.GetProperty("id").GetString(), reported.GetProperty("note").GetString()));
        Assert.Equal(2, given.Accept("""{"values":{"rate":30}}""").Revision);
    }

    [Fact]
    [Trait("rule", "SET-5")]
    [Trait("rule", "MQTT-3.12")]
    public async Task What_was_accepted_but_not_adopted_is_adopted_after_the_restart()
    {
        await using var given = new GivenRestarts().Boot(starts: false);
        given.Accept("""{"values":{"rate":20}}""", "alice", "p-1");

        await given.RebootAsync(starts: false);
        Assert.Equal((10, 20), (given.Task.GetSettings().Rate, given.Task.GetPendingSettings()!.Rate));
        Assert.Equal((SettingsAckState.Pending, "p-1"), (given.AckOf("alice")!.State, given.AckOf("alice")!.RequestId));
        given.Start();

        Assert.Equal(20, given.Task.GetSettings().Rate);
        Assert.Equal((SettingsAckState.Applied, 1L), (given.Acks[^1].State, given.Acks[^1].Revision));
        Assert.Equal(given.Acks[^1] with { At = default }, given.AckOf("alice")! with { At = default });
    }

    [Fact]
    public async Task The_newest_answer_to_each_caller_is_known_again()
    {
        await using var given = new GivenRestarts { Script = new LoopScript { ProcessNewSettings = self => { if (self.Settings.Rate == 66) throw new InvalidOperationException("the gear refuses"); } } }.Boot();
        given.Apply("""{"values":{"rate":20}}""", "alice", "a-1");
        given.Apply("""{"values":{"rate":66}}""", "bob", "b-1");
        given.Accept("""{"values":{"rate":30}}""", "carol", "c-1");
        given.Apply("""{"values":{"rate":40}}""", "dave", "d-1");
        given.Task.RefuseSettings(new SettingsPusher(new Caller("eve"), "e-1", PushRoad.Topic, given.Task.TakePushOrder()), new QmiException(ErrorCode.BadArgs, "nonsense"));

        await given.RebootAsync(starts: false);

        Assert.Equal(
            [("alice", "a-1", SettingsAckState.Applied), ("bob", "b-1", SettingsAckState.Failed), ("carol", "c-1", SettingsAckState.Superseded), ("dave", "d-1", SettingsAckState.Applied), ("eve", "e-1", SettingsAckState.Rejected)],
            given.Task.SettingsAcks.Select(ack => (ack.Caller, ack.RequestId, ack.State)));
        Assert.Contains("the gear refuses", given.AckOf("bob")!.Error!.Message);
        Assert.Equal((ErrorCode.TaskError, Executed.Unknown), (given.AckOf("bob")!.Error!.Code, given.AckOf("bob")!.Error!.Executed));
        Assert.NotNull(given.Task.FindSettingsAck("bob", "b-1"));
        Assert.Null(given.Task.FindSettingsAck("bob", "b-0"));
        // What arrives now is newer than all of that.
        Assert.True(given.Task.TakePushOrder() > given.Task.SettingsAcks.Max(ack => ack.Order));
    }

    [Fact]
    [Trait("rule", "SET-7")]
    public async Task What_was_not_confirmed_before_the_restart_is_taken_back()
    {
        await using var given = new GivenRestarts().Boot();
        given.Apply("""{"values":{"rate":15}}""", "bob");
        given.Apply("""{"confirm_ms":60000,"values":{"rate":20}}""", "alice", "p-1");
        given.Apply("""{"values":{"name":"b"}}""", "bob");

        await given.RebootAsync(starts: false);

        Assert.Equal(new TestSettings { Rate = 15, Name = "b" }, given.Task.GetSettings());
        var ack = given.AckOf("alice")!;
        Assert.Equal((SettingsAckState.RolledBack, "p-1", 2L), (ack.State, ack.RequestId, ack.Revision));
        Assert.Contains("before the box was restarted", ack.Error!.Message);
        Assert.Equal(("_rollback", 4), (given.Document().GetProperty("reported").GetProperty("by").GetString(), given.Document().GetProperty("reported").GetProperty("rev").GetInt64()));
        await given.RebootAsync(starts: false);
        Assert.Equal((new TestSettings { Rate = 15, Name = "b" }, 4L), (given.Task.GetSettings(), given.Task.HeadRevision));
    }

    [Fact]
    [Trait("rule", "SET-7")]
    public async Task What_was_confirmed_stays_over_the_restart()
    {
        await using var given = new GivenRestarts().Boot();
        given.Apply("""{"confirm_ms":60000,"values":{"rate":20}}""");
        await given.Task.ConfirmSettingsAsync(1);

        await given.CutAsync();
        given.Boot();

        Assert.Equal(20, given.Task.GetSettings().Rate);
        await given.Task.ConfirmSettingsAsync(1);
    }

    [Fact]
    public async Task What_waits_for_a_start_is_there_after_the_restart_of_the_box()
    {
        var prepared = 0.0;
        await using var given = new GivenRestarts { Script = new LoopScript { Prepare = self => prepared = self.Settings.Rate } }.Boot();
        given.Accept("""{"apply":"next_start","values":{"rate":20}}""");

        await given.RebootAsync();

        Assert.Equal((20, 20), (prepared, given.Task.GetSettings().Rate));
    }

    [Fact]
    [Trait("rule", "SET-2")]
    public async Task An_edited_configuration_is_a_local_change_of_what_was_edited()
    {
        await using var given = new GivenRestarts { Options = FromFile("""{"rate":20}""") }.Boot();
        Assert.Equal((20, 0L), (given.Task.GetSettings().Rate, given.Task.HeadRevision));
        given.Apply("""{"values":{"rate":30,"name":"pushed"}}""");

        await given.RebootAsync();
        Assert.Equal(new TestSettings { Rate = 30, Name = "pushed" }, given.Task.GetSettings());
        given.Options = FromFile("""{"rate":25}""");
        await given.RebootAsync();

        Assert.Equal(new TestSettings { Rate = 25, Name = "pushed" }, given.Task.GetSettings());
        var reported = given.Document().GetProperty("reported");
        Assert.Equal((2, "_local", "the configuration was edited"), (reported.GetProperty("rev").GetInt64(), reported.GetProperty("by").GetString(), reported.GetProperty("note").GetString()));
        given.Options = null;
        await given.RebootAsync();
        Assert.Equal((25, 2L), (given.Task.GetSettings().Rate, given.Task.HeadRevision));
    }

    [Fact]
    public async Task An_edit_of_the_configuration_is_laid_over_what_waits()
    {
        await using var given = new GivenRestarts { Options = FromFile("""{"rate":20}""") }.Boot(starts: false);
        given.Accept("""{"values":{"name":"waits"}}""", "alice");

        given.Options = FromFile("""{"rate":25}""");
        await given.RebootAsync(starts: false);

        Assert.Equal(new TestSettings { Rate = 25, Name = "waits" }, given.Task.GetSettings());
        Assert.Null(given.Task.GetPendingSettings());
        Assert.Equal(SettingsAckState.Superseded, given.AckOf("alice")!.State);
    }

    [Fact]
    public async Task What_a_constructor_sets_is_what_a_task_begins_with_and_not_what_it_always_has()
    {
        var set = new TestSettings { Rate = 20, Name = "ctor" };
        await using var given = new GivenRestarts { Sets = () => set }.Boot();
        Assert.Equal(set, given.Task.GetSettings());
        given.Apply("""{"values":{"rate":30}}""");
        given.Restart();
        Assert.Equal(new TestSettings { Rate = 30, Name = "ctor" }, given.Task.GetSettings());

        await given.RebootAsync();
        Assert.Equal((new TestSettings { Rate = 30, Name = "ctor" }, 1L), (given.Task.GetSettings(), given.Task.HeadRevision));
        set = new TestSettings { Rate = 20, Name = "newer" };
        await given.RebootAsync();

        Assert.Equal((new TestSettings { Rate = 30, Name = "newer" }, 2L), (given.Task.GetSettings(), given.Task.HeadRevision));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_configuration_goes_before_the_constructor(bool hasDisk)
    {
        await using var given = new GivenRestarts { HasDisk = hasDisk, Options = FromFile("""{"rate":25}"""), Sets = () => new TestSettings { Rate = 20, Name = "ctor" } }.Boot();

        Assert.Equal(new TestSettings { Rate = 25, Name = "ctor" }, given.Task.GetSettings());
    }

    [Fact]
    public async Task Members_that_a_newer_version_does_not_know_are_left_out_and_the_rest_stays()
    {
        await using var given = new GivenRestarts().Boot();
        given.Apply("""{"values":{"rate":20,"name":"a"}}""");
        await given.StopAsync();

        given.Type = TypeWith(new SchemaProperty("rate", TestTypes.Settings.Schema.FindProperty("rate")!.Schema));
        given.Boot();

        Assert.Equal((20, 1L), (given.Task.GetSettings().Rate, given.Task.HeadRevision));
        var alarm = Assert.Single(given.Box.Alarms.Raised);
        Assert.Equal(("settings-unfit-loop", AlarmSeverity.Warning, "SETTINGS_UNFIT"), (alarm.Id, alarm.Severity, alarm.Code));
        Assert.Contains("/name", alarm.Text);
        Assert.Contains("\"name\": \"a\"", Encoding.UTF8.GetString(given.Disk.Read("settings/loop.unfit")!));
    }

    [Fact]
    public async Task Values_that_a_newer_version_refuses_make_way_for_those_before()
    {
        await using var given = new GivenRestarts().Boot();
        given.Apply("""{"values":{"rate":20}}""", "bob");
        given.Apply("""{"values":{"rate":90}}""", "alice");
        given.Accept("""{"values":{"rate":95}}""", "carol");
        await given.StopAsync();

        given.Type = TypeWith(
            new SchemaProperty("rate", new Schema { Type = SchemaType.Number, Minimum = 1, Maximum = 50 }),
            new SchemaProperty("name", new Schema { Type = SchemaType.String }));
        given.Boot();

        Assert.Equal((20, 4L, "_recovery"), (given.Task.GetSettings().Rate, given.Task.HeadRevision, given.Document().GetProperty("reported").GetProperty("by").GetString()));
        Assert.Equal((SettingsAckState.Failed, ErrorCode.BadArgs), (given.AckOf("carol")!.State, given.AckOf("carol")!.Error!.Code));
        var alarm = Assert.Single(given.Box.Alarms.Raised);
        Assert.Equal((AlarmSeverity.Error, "SETTINGS_UNFIT"), (alarm.Severity, alarm.Code));
        Assert.Contains("/rate is 90", alarm.Text);
        Assert.NotNull(given.Disk.Read("settings/loop.unfit"));
        given.Apply("""{"values":{"rate":30}}""");
        Assert.Empty(given.Box.Alarms.Raised);
    }

    [Fact]
    public async Task A_record_of_another_version_of_the_software_is_kept_aside()
    {
        await using var given = new GivenRestarts();
        new AtomicFile(given.Disk, GivenRestarts.FileName).Save("""{"v":2}"""u8);

        given.Boot();

        Assert.Equal(10, given.Task.GetSettings().Rate);
        Assert.Equal("SETTINGS_UNFIT", Assert.Single(given.Box.Alarms.Raised).Code);
        Assert.Equal("""{"v":2}""", Encoding.UTF8.GetString(given.Disk.Read("settings/loop.unfit")!));
    }

    [Fact]
    public async Task The_record_is_for_people_to_read()
    {
        await using var given = new GivenRestarts().Boot();
        given.Apply("""{"values":{"name":"grün"}}""", "alice", "p-1");

        var text = Encoding.UTF8.GetString(given.Disk.Read(GivenRestarts.FileName)!);
        var record = JsonDocument.Parse(text[text.IndexOf('\n')..]).RootElement;

        Assert.Contains("\"name\": \"grün\"", text);
        Assert.Equal(("loop", "alice", "p-1"), (record.GetProperty("task").GetString(), record.GetProperty("reported").GetProperty("by").GetString(), record.GetProperty("reported").GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_task_that_is_removed_and_made_again_finds_its_settings()
    {
        await using var given = new GivenRestarts().Boot();
        given.Apply("""{"values":{"rate":20}}""");

        await given.Box.RemoveAsync("loop").WaitAsync(GivenBox.Patience);
        given.MakeTask();

        Assert.Equal(20, given.Task.GetSettings().Rate);
    }

    private static TaskOptions FromFile(string settings) => TestTypes.Task.CreateOptions(CallTests.Json(settings), new TaskOptions());

    private static TaskType TypeWith(params SchemaProperty[] properties) => new TaskType<TestSettings, TestStatus>
    {
        TypeName = "scripted",
        ClassName = "Tests.Scripted",
        Settings = TestTypes.Settings with { Schema = new Schema { Type = SchemaType.Object, Properties = properties } },
        Status = TestTypes.Status,
        // What this version knows of the settings is less than what the record of the test has: its own form leaves the rest at their defaults.
        DefaultSettings = static () => new TestSettings(),
        Signals = [new SignalDescription<double> { Name = "ticked", DataType = TestTypes.Number }],
        CreateTaskRunner = static init => new QmiTaskRunner<TestSettings, TestStatus>(init),
        Create = static (_, _) => throw new NotSupportedException("Tests give their own factory."),
        CreateProxy = static channel => new TestTaskProxy(channel),
    };
}
