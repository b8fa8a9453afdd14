namespace Qmi.Edge.Runtime.Tests;

/// <summary>Settings that are taken back unless they are confirmed, in the way of network gear.</summary>
public class SettingsConfirmTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("rule", "SET-7")]
    public async Task What_is_not_confirmed_in_time_is_taken_back_as_a_new_revision(bool hasDisk)
    {
        await using var given = Given(hasDisk);
        given.Apply("""{"confirm_ms":2500,"values":{"rate":20}}""", "alice", "p-1");
        Assert.Equal(0, given.Document().GetProperty("last_good_rev").GetInt64());
        Assert.Equal(1, given.Document().GetProperty("unconfirmed")[0].GetProperty("rev").GetInt64());

        given.Turn();
        given.Turn();
        Assert.Equal(20, given.Task.GetSettings().Rate);
        given.Time.Advance(TimeSpan.FromMilliseconds(500));
        given.Settle();
        Assert.Equal("_rollback", given.Document().GetProperty("pending").GetProperty("by").GetString());
        given.Turn();

        Assert.Equal(new TestSettings(), given.Task.GetSettings());
        var reported = given.Document().GetProperty("reported");
        Assert.Equal((2, "_rollback", "revision 1 was not confirmed"), (reported.GetProperty("rev").GetInt64(), reported.GetProperty("by").GetString(), reported.GetProperty("note").GetString()));
        Assert.Equal([SettingsAckState.Pending, SettingsAckState.Applied, SettingsAckState.RolledBack], given.Acks.Select(ack => ack.State));
        Assert.All(given.Acks, ack => Assert.Equal(("alice", "p-1", 1L), (ack.Caller, ack.RequestId, ack.Revision)));
        Assert.Equal(TimeSpan.FromMilliseconds(2500), given.Acks[1].Confirm);
        Assert.Contains(given.Given.Audit.Entries, entry => entry is { Caller: "_rollback", RequestId: "p-1" });
        Assert.Empty(given.Box.Alarms.Raised);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("rule", "SET-7")]
    public async Task What_is_confirmed_stays(bool hasDisk)
    {
        await using var given = Given(hasDisk);
        given.Apply("""{"confirm_ms":2000,"values":{"rate":20}}""");

        await given.Task.ConfirmSettingsAsync(1);
        await given.Task.ConfirmSettingsAsync(1);
        for (var turn = 0; turn < 4; turn++)
            given.Turn();

        Assert.Equal((20, 1L), (given.Task.GetSettings().Rate, given.Task.HeadRevision));
        Assert.Equal(1, given.Document().GetProperty("last_good_rev").GetInt64());
    }

    [Fact]
    public async Task Only_what_is_in_effect_can_be_confirmed()
    {
        await using var given = Given(hasDisk: false);
        given.Apply("""{"confirm_ms":1000,"values":{"rate":20}}""");
        for (var turn = 0; turn < 3; turn++)
            given.Turn();
        given.Accept("""{"apply":"next_start","values":{"rate":30}}""");

        Assert.Contains("not in effect; ", (await Refused(1)).Message);
        Assert.Contains("not in effect yet", (await Refused(3)).Message);
        Assert.Contains("not been given yet", (await Refused(9)).Message);

        async Task<QmiException> Refused(long revision)
        {
            var error = await Assert.ThrowsAsync<QmiException>(() => given.Task.ConfirmSettingsAsync(revision));
            Assert.Equal(ErrorCode.WrongState, error.Code);
            return error;
        }
    }

    [Fact]
    [Trait("rule", "SET-7")]
    public async Task What_others_have_set_meanwhile_stays()
    {
        await using var given = Given(hasDisk: false);
        given.Apply("""{"confirm_ms":3000,"values":{"rate":20,"name":"a"}}""", "alice");
        given.Apply("""{"values":{"name":"b"}}""", "bob");

        for (var turn = 0; turn < 4; turn++)
            given.Turn();

        Assert.Equal(new TestSettings { Rate = 10, Name = "b" }, given.Task.GetSettings());
        Assert.Equal(SettingsAckState.RolledBack, given.AckOf("alice")!.State);
        Assert.Equal(SettingsAckState.Applied, given.AckOf("bob")!.State);
    }

    [Fact]
    public async Task Each_of_two_has_its_own_time()
    {
        await using var given = Given(hasDisk: false);
        given.Apply("""{"confirm_ms":10000,"values":{"rate":20}}""", "alice");
        given.Apply("""{"confirm_ms":2000,"values":{"name":"b"}}""", "bob");
        for (var turn = 0; turn < 3; turn++)
            given.Turn();
        Assert.Equal(new TestSettings { Rate = 20 }, given.Task.GetSettings());

        await given.Task.ConfirmSettingsAsync(1);
        for (var turn = 0; turn < 10; turn++)
            given.Turn();

        Assert.Equal(new TestSettings { Rate = 20 }, given.Task.GetSettings());
        Assert.Equal((SettingsAckState.Applied, SettingsAckState.RolledBack), (given.AckOf("alice")!.State, given.AckOf("bob")!.State));
    }

    [Fact]
    [Trait("rule", "SET-7")]
    public async Task A_push_that_overtakes_a_rollback_carries_it_on()
    {
        await using var given = Given(hasDisk: false);
        given.Apply("""{"confirm_ms":1000,"values":{"rate":20}}""", "alice");
        given.Time.WaitUntilParked();
        // The loop must not have its turn before bob pushes: its period is longer than the time to confirm.
        given.Box.FindObject("loop");
        given.Proxy.ConfigureLoop(TimeSpan.FromSeconds(10));
        given.Turn();
        given.Time.WaitUntilParked();
        given.Time.Advance(TimeSpan.FromMilliseconds(10));
        given.Settle();

        var overtaking = given.Accept("""{"values":{"name":"b"}}""", "bob");
        given.Time.AdvanceParked(TimeSpan.FromSeconds(10));
        await overtaking.Outcome.WaitAsync(GivenBox.Patience);
        given.Settle();

        Assert.Equal(new TestSettings { Rate = 10, Name = "b" }, given.Task.GetSettings());
        Assert.Equal(SettingsAckState.RolledBack, given.AckOf("alice")!.State);
    }

    [Fact]
    public async Task A_task_that_has_ended_begins_its_next_run_with_the_settings_before()
    {
        var constructed = 0;
        await using var given = Given(hasDisk: false, new LoopScript { Prepare = self => constructed = (int)self.Settings.Rate });
        given.Apply("""{"confirm_ms":2000,"values":{"rate":20}}""");
        given.Proxy.Stop();
        await given.Proxy.JoinAsync().WaitAsync(GivenBox.Patience);

        given.Time.Advance(TimeSpan.FromSeconds(3));
        given.Settle();

        Assert.Equal((10, SettingsAckState.RolledBack), (given.Task.GetSettings().Rate, given.AckOf("alice")!.State));
        given.Restart();
        Assert.Equal(10, constructed);
    }

    [Fact]
    public async Task Settings_that_the_task_will_not_take_back_are_an_alarm()
    {
        var refuses = false;
        await using var given = Given(hasDisk: false, new LoopScript { ProcessNewSettings = _ => { if (refuses) throw new InvalidOperationException("stuck"); } });
        given.Apply("""{"confirm_ms":1000,"values":{"rate":20}}""");

        refuses = true;
        for (var turn = 0; turn < 3; turn++)
            given.Turn();

        Assert.Equal(20, given.Task.GetSettings().Rate);
        var alarm = Assert.Single(given.Box.Alarms.Raised);
        Assert.Equal(("settings-rolled-back-loop", AlarmSeverity.Critical, "SETTINGS_NOT_ROLLED_BACK"), (alarm.Id, alarm.Severity, alarm.Code));
        Assert.Contains("stuck", alarm.Text);
    }

    private static GivenRestarts Given(bool hasDisk, LoopScript? script = null) => new GivenRestarts { HasDisk = hasDisk, Script = script ?? new LoopScript() }.Boot();
}
