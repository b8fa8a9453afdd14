namespace Qmi.Edge.Runtime.Tests;

/// <summary>Settings that a task cannot live with are taken back, also across restarts of the task and of the box.</summary>
public class SettingsCrashGuardTests
{
    private static readonly LoopScript Fragile = new()
    {
        Iterate = self =>
        {
            if (self.Settings.Rate == 77)
                throw new InvalidOperationException("the belt tore at 77 Hz");
        },
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("rule", "SET-7")]
    public async Task Settings_with_which_a_task_fails_three_times_are_taken_back(bool hasDisk)
    {
        await using var given = Given(hasDisk);
        given.Apply("""{"values":{"rate":20}}""", "bob");
        given.Apply("""{"values":{"rate":77}}""", "alice", "p-1");
        Assert.Equal(TaskState.Failed, given.Task.Life.State);

        given.Restart();
        Assert.Equal(77, given.Task.GetSettings().Rate);
        given.Restart();

        Assert.Equal(TaskState.Failed, given.Task.Life.State);
        Assert.Equal((20, 3L), (given.Task.GetSettings().Rate, given.Task.HeadRevision));
        Assert.Equal(3, given.Document().GetProperty("last_good_rev").GetInt64());
        Assert.Equal((SettingsAckState.RolledBack, "p-1", 2L), (given.AckOf("alice")!.State, given.AckOf("alice")!.RequestId, given.AckOf("alice")!.Revision));
        Assert.Equal(SettingsAckState.Applied, given.AckOf("bob")!.State);
        var alarm = given.Box.Alarms.Find("settings-rolled-back-loop")!;
        Assert.Equal((AlarmSeverity.Error, "SETTINGS_ROLLED_BACK"), (alarm.Severity, alarm.Code));
        Assert.Contains("failed 3 times within 60 s of applying revision 2", alarm.Text);
        Assert.Contains("pushed by alice as p-1", alarm.Text);

        given.Restart();
        Assert.Equal(TaskState.Running, given.Task.Life.State);
        given.Apply("""{"values":{"rate":30}}""");
        Assert.Null(given.Box.Alarms.Find("settings-rolled-back-loop"));
    }

    [Fact]
    [Trait("rule", "SET-7")]
    public async Task Failures_are_counted_across_restarts_of_the_box()
    {
        await using var given = Given(hasDisk: true);
        given.Apply("""{"values":{"rate":77}}""");
        await given.RebootAsync();
        Assert.Equal((TaskState.Failed, 77), (given.Task.Life.State, given.Task.GetSettings().Rate));

        await given.RebootAsync();

        Assert.Equal((10, SettingsAckState.RolledBack), (given.Task.GetSettings().Rate, given.AckOf("alice")!.State));
        Assert.NotNull(given.Box.Alarms.Find("settings-rolled-back-loop"));
        await given.RebootAsync();
        Assert.Equal((TaskState.Running, 10), (given.Task.Life.State, given.Task.GetSettings().Rate));
    }

    [Fact]
    [Trait("rule", "SET-7")]
    public async Task A_constructor_that_cannot_live_with_settings_is_tried_again_with_those_before()
    {
        await using var given = Given(hasDisk: true);
        given.Apply("""{"values":{"rate":20}}""");
        await given.StopAsync();
        given.Boot(starts: false);
        given.Accept("""{"values":{"rate":66}}""");
        given.Start();
        await given.StopAsync();

        given.Refuses = 66;
        Assert.Throws<TaskInitException>(() => given.Boot());
        await given.StopAsync();
        Assert.Throws<TaskInitException>(() => given.Boot());
        await given.StopAsync();
        given.Boot();

        Assert.Equal((TaskState.Running, 20), (given.Task.Life.State, given.Task.GetSettings().Rate));
        Assert.Equal(SettingsAckState.RolledBack, given.AckOf("alice")!.State);
    }

    [Fact]
    [Trait("rule", "SET-7")]
    public async Task When_it_cannot_live_with_those_before_either_those_that_it_has_lived_with_come_back()
    {
        await using var given = Given(hasDisk: true, new LoopScript { Iterate = self => { if (self.Settings.Rate >= 70 && self.Turn > 0) throw new InvalidOperationException("too fast"); } });
        given.Apply("""{"values":{"rate":20}}""", "carol");
        for (var turn = 0; turn < 61; turn++)
            given.Turn();
        given.Accept("""{"values":{"rate":70}}""", "bob");
        given.Turn();
        given.Restart();
        given.Apply("""{"values":{"rate":71}}""", "alice");

        for (var failure = 0; failure < 8 && given.Task.GetSettings().Rate > 20; failure++)
        {
            given.Restart();
            given.Turn();
        }

        Assert.Equal(20, given.Task.GetSettings().Rate);
        Assert.Equal((SettingsAckState.RolledBack, SettingsAckState.RolledBack, SettingsAckState.Applied), (given.AckOf("alice")!.State, given.AckOf("bob")!.State, given.AckOf("carol")!.State));
    }

    [Fact]
    public async Task A_task_that_lived_with_settings_for_a_minute_has_proved_them()
    {
        await using var given = Given(hasDisk: true);
        given.Apply("""{"values":{"rate":20}}""");
        given.Time.WaitUntilParked();
        given.Proxy.ConfigureLoop(TimeSpan.FromHours(1));
        given.Turn();
        given.Time.Advance(TimeSpan.FromSeconds(60));
        given.Settle();

        Assert.Null(given.Task.Settings.Shown.Trial);
    }

    [Fact]
    public async Task Settings_that_follow_each_other_quickly_prove_themselves_one_after_another()
    {
        await using var given = Given(hasDisk: false);
        for (var push = 0; push < 100; push++)
            given.Apply($$$"""{"values":{"rate":{{{1 + (push % 50)}}}}}""");
        for (var failure = 0; failure < 3; failure++)
        {
            if (failure == 0)
                given.Apply("""{"values":{"rate":77}}""");
            else
                given.Restart();
        }

        // Those before come back, and behind them are not the first of all, but some that the task had lived with for a minute.
        Assert.Equal(50, given.Task.GetSettings().Rate);
        Assert.InRange(given.Task.Settings.Shown.Trial!.Proven.Revision, 1, 50);
    }

    [Fact]
    public async Task A_failure_with_settings_that_have_proved_themselves_takes_nothing_back()
    {
        var breaks = false;
        await using var given = Given(hasDisk: false, new LoopScript { Iterate = _ => { if (breaks) throw new InvalidOperationException("worn out"); } });
        given.Apply("""{"values":{"rate":20}}""");
        for (var turn = 0; turn < 61; turn++)
            given.Turn();

        breaks = true;
        given.Turn();
        for (var restart = 0; restart < 5; restart++)
            given.Restart();

        Assert.Equal((20, 1L), (given.Task.GetSettings().Rate, given.Task.HeadRevision));
    }

    [Fact]
    public async Task A_push_that_mends_it_begins_a_new_count()
    {
        await using var given = Given(hasDisk: false);
        given.Apply("""{"values":{"rate":77}}""", "alice");
        given.Restart();
        given.Accept("""{"values":{"rate":30}}""", "bob");
        given.Restart();
        given.Turn();

        Assert.Equal((TaskState.Running, 30, SettingsAckState.Applied), (given.Task.Life.State, given.Task.GetSettings().Rate, given.AckOf("bob")!.State));
    }

    private static GivenRestarts Given(bool hasDisk, LoopScript? script = null) => new GivenRestarts { HasDisk = hasDisk, Script = script ?? Fragile }.Boot();
}
