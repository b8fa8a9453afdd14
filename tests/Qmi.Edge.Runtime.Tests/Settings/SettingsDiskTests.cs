using System.Text;

namespace Qmi.Edge.Runtime.Tests;

/// <summary>Nothing is told before the disk has it, and nothing on a bad disk passes for good.</summary>
public class SettingsDiskTests
{
    [Fact]
    [Trait("rule", "SET-5")]
    public async Task A_push_is_shown_and_offered_only_when_it_is_on_the_disk_while_the_process_sees_it_at_once()
    {
        using var slow = new ManualResetEventSlim(true);
        await using var given = new GivenRestarts().Boot();
        given.Disk.Before = _ => slow.Wait(GivenBox.Patience);

        slow.Reset();
        var push = given.Push("""{"values":{"rate":20}}""");
        Assert.Equal(20, given.Task.GetPendingSettings()!.Rate);
        Assert.False(push.Accepted.IsCompleted);
        Assert.Equal((0L, 0L), (given.Task.HeadRevision, given.Document().GetProperty("head_rev").GetInt64()));
        var turns = given.Task.LoopStatistics!.Value.Turns;
        given.Time.AdvanceParked(GivenRestarts.Period);
        GivenBox.WaitFor(() => given.Task.LoopStatistics!.Value.Turns > turns, "the loop does not wait for the disk");
        Assert.Equal(10, given.Task.GetSettings().Rate);
        Assert.Empty(given.Acks);

        slow.Set();
        await push.Accepted.WaitAsync(GivenBox.Patience);
        given.Settle();
        Assert.Equal((1L, 20), (given.Task.HeadRevision, given.Document().GetProperty("pending").GetProperty("values").GetProperty("rate").GetDouble()));
        Assert.Equal(SettingsAckState.Pending, Assert.Single(given.Acks).State);
    }

    [Fact]
    [Trait("rule", "SET-5")]
    [Trait("rule", "MQTT-2.6.8")]
    public async Task Applied_is_told_only_when_it_is_on_the_disk_while_the_task_works_with_it_at_once()
    {
        using var slow = new ManualResetEventSlim(true);
        await using var given = new GivenRestarts().Boot();
        given.Disk.Before = _ => slow.Wait(GivenBox.Patience);
        var push = given.Accept("""{"values":{"rate":20}}""");

        slow.Reset();
        var turns = given.Task.LoopStatistics!.Value.Turns;
        given.Time.AdvanceParked(GivenRestarts.Period);
        GivenBox.WaitFor(() => given.Task.LoopStatistics!.Value.Turns > turns, "a turn has ended");
        Assert.Equal(20, given.Task.GetSettings().Rate);
        Assert.False(push.Outcome.IsCompleted);
        Assert.Equal("disk", given.Document().GetProperty("pending").GetProperty("waiting_for").GetString());

        slow.Set();
        Assert.Equal(SettingsResult.Applied, (await push.Outcome.WaitAsync(GivenBox.Patience)).Result);
        Assert.Equal(1, given.Document().GetProperty("reported").GetProperty("rev").GetInt64());
    }

    [Fact]
    [Trait("rule", "SET-5")]
    public async Task A_task_that_is_started_waits_for_what_was_pushed_before()
    {
        using var slow = new ManualResetEventSlim(true);
        var first = 0.0;
        await using var given = new GivenRestarts { Script = new LoopScript { Iterate = self => first = first == 0 ? self.Settings.Rate : first } }.Boot(starts: false);
        given.Disk.Before = _ => slow.Wait(GivenBox.Patience);

        slow.Reset();
        var push = given.Push("""{"values":{"rate":20}}""");
        given.Proxy.Start();
        Assert.False(push.Accepted.IsCompleted);
        slow.Set();

        await push.Outcome.WaitAsync(GivenBox.Patience);
        // They come into effect before the turn that they are for.
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref first) != 0, GivenBox.Patience));
        Assert.Equal(20, first);
    }

    [Fact]
    public async Task A_push_that_a_full_disk_does_not_take_has_failed_and_those_before_stay()
    {
        await using var given = new GivenRestarts().Boot();
        given.Apply("""{"values":{"rate":20}}""", "bob");

        given.Disk.IsFull = true;
        var push = given.Push("""{"note":"a longer record than the one before, which is what a full disk does not take","values":{"rate":30}}""", "alice", "p-1");
        var error = await Assert.ThrowsAsync<QmiException>(() => push.Accepted.WaitAsync(GivenBox.Patience));
        Assert.Equal((ErrorCode.Busy, Executed.No, "STORAGE"), (error.Code, error.Executed, error.Details["code"]));
        Assert.Equal(SettingsResult.Failed, (await push.Outcome.WaitAsync(GivenBox.Patience)).Result);
        given.Turn();

        Assert.Equal((20, 1L), (given.Task.GetSettings().Rate, given.Document().GetProperty("reported").GetProperty("rev").GetInt64()));
        Assert.Null(given.Task.GetPendingSettings());
        var ack = given.AckOf("alice")!;
        Assert.Equal((SettingsAckState.Failed, null, ErrorCode.Busy), (ack.State, ack.Revision, ack.Error!.Code));
        // It may come again with the same id: nothing of it is known.
        Assert.Null(given.Task.FindSettingsAck("alice", "p-1"));
        Assert.Equal("SETTINGS_NOT_SAVED", Assert.Single(given.Box.Alarms.Raised).Code);
        Assert.Contains(given.Given.Audit.Entries, entry => entry is { Caller: "alice", RequestId: "p-1", Error: not null });

        given.Disk.IsFull = false;
        Assert.Equal(3, given.Accept("""{"values":{"rate":30}}""", "alice", "p-1").Revision);
        Assert.Empty(given.Box.Alarms.Raised);
    }

    [Fact]
    public async Task A_disk_that_fails_after_the_record_was_in_place_leaves_open_what_a_restart_would_find()
    {
        await using var given = new GivenRestarts().Boot();
        given.Disk.Before = what => given.Disk.IsBroken |= what.StartsWith("flush settings", StringComparison.Ordinal);

        var push = given.Push("""{"values":{"rate":20}}""");
        var error = await Assert.ThrowsAsync<QmiException>(() => push.Accepted.WaitAsync(GivenBox.Patience));

        Assert.Equal((ErrorCode.Busy, Executed.Unknown), (error.Code, error.Executed));
    }

    [Fact]
    public async Task What_could_not_be_saved_is_saved_when_the_disk_takes_it_again()
    {
        await using var given = new GivenRestarts().Boot();
        var push = given.Accept("""{"values":{"rate":20}}""");
        given.Disk.IsBroken = true;
        given.Turn();
        Assert.False(push.Outcome.IsCompleted);

        given.Disk.IsBroken = false;
        given.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(SettingsResult.Applied, (await push.Outcome.WaitAsync(GivenBox.Patience)).Result);
        GivenBox.WaitFor(() => given.Box.Alarms.Raised.Count == 0, "the alarm has ended");
        await given.CutAsync();
        given.Boot();
        Assert.Equal(20, given.Task.GetSettings().Rate);
    }

    [Fact]
    public async Task A_rollback_does_not_wait_for_a_disk_that_fails()
    {
        await using var given = new GivenRestarts().Boot();
        given.Apply("""{"confirm_ms":1500,"values":{"rate":20}}""");
        given.Disk.IsBroken = true;

        for (var turn = 0; turn < 4; turn++)
            given.Turn();

        Assert.Equal(10, given.Task.GetSettings().Rate);
    }

    [Fact]
    public async Task A_conflict_is_a_failure_of_the_disk_when_what_is_in_the_way_is_not_saved()
    {
        await using var given = new GivenRestarts().Boot();
        given.Disk.IsBroken = true;
        given.Push("""{"values":{"rate":20}}""", "bob");

        var reply = await given.Task.DispatchAsync(new RpcRequest { Caller = new Caller("alice"), Verb = RpcAccess.Control, Method = "set_settings", Arguments = CallTests.Json("""{"base_rev":0,"values":{"rate":30}}""") });

        Assert.Equal(ErrorCode.Busy, reply.Error!.Code);
    }

    [Fact]
    public async Task Too_many_pushes_that_wait_for_the_disk_are_refused()
    {
        using var slow = new ManualResetEventSlim(true);
        await using var given = new GivenRestarts().Boot();
        given.Disk.Before = _ => slow.Wait(GivenBox.Patience);

        slow.Reset();
        for (var push = 0; push < SettingsRevisions.MostUnsaved; push++)
            given.Proxy.SetSettings(new TestSettings { Rate = 1 + (push % 50) });

        Assert.Equal(ErrorCode.Busy, Assert.Throws<QmiException>(() => given.Proxy.SetSettings(new TestSettings())).Code);
        slow.Set();
    }

    [Fact]
    [Trait("rule", "SET-5")]
    [Trait("rule", "MQTT-3.13")]
    public async Task Every_byte_that_flips_is_noticed_and_the_record_before_is_used()
    {
        var (newest, before) = await RecordsAsync();

        for (var offset = 0; offset < newest.Length; offset++)
            await AssertRecoveredAsync(newest, before, disk => disk.Flip(GivenRestarts.FileName, offset, (byte)(1 << (offset % 8))), $"byte {offset}");
    }

    [Fact]
    [Trait("rule", "SET-5")]
    public async Task A_record_that_is_cut_short_anywhere_is_noticed_and_the_record_before_is_used()
    {
        var (newest, before) = await RecordsAsync();

        for (var length = 0; length < newest.Length; length++)
            await AssertRecoveredAsync(newest, before, disk => disk.Truncate(GivenRestarts.FileName, length), $"length {length}");
    }

    [Fact]
    public async Task When_both_records_are_damaged_it_begins_anew_above_every_revision_that_was_given()
    {
        var (newest, before) = await RecordsAsync();
        await using var given = new GivenRestarts();
        given.Disk.Write(GivenRestarts.FileName, newest);
        given.Disk.Write(GivenRestarts.FileName + ".old", before);
        given.Disk.Flip(GivenRestarts.FileName, 100, 1);
        given.Disk.Flip(GivenRestarts.FileName + ".old", 100, 1);

        given.Boot();

        Assert.Equal(10, given.Task.GetSettings().Rate);
        Assert.True(given.Accept("""{"values":{"rate":20}}""").Revision > SettingsRevisions.Gap);
        var alarm = Assert.Single(given.Box.Alarms.Raised, alarm => alarm.Code == "SETTINGS_RECOVERED");
        Assert.Contains("begins with what its configuration says", alarm.Text);
    }

    // A record and the one before it, as a box has written them.
    private static async Task<(byte[] Newest, byte[] Before)> RecordsAsync()
    {
        await using var given = new GivenRestarts().Boot();
        given.Apply("""{"values":{"rate":20,"name":"old"}}""", "alice", "p-1");
        given.Accept("""{"values":{"rate":30,"name":"new"}}""", "bob", "p-2");
        return (given.Disk.Read(GivenRestarts.FileName)!, given.Disk.Read(GivenRestarts.FileName + ".old")!);
    }

    private static async Task AssertRecoveredAsync(byte[] newest, byte[] before, Action<Testing.CrashingDisk> damage, string what)
    {
        await using var given = new GivenRestarts();
        given.Disk.Write(GivenRestarts.FileName, newest);
        given.Disk.Write(GivenRestarts.FileName + ".old", before);
        damage(given.Disk);
        given.Boot(starts: false);

        Assert.True(given.Task.GetSettings() == new TestSettings { Rate = 20, Name = "old" }, what);
        var alarm = given.Box.Alarms.Find("settings-recovered-loop");
        Assert.True(alarm is { Code: "SETTINGS_RECOVERED", Severity: AlarmSeverity.Error }, what);
        // Nobody who has seen a revision of the lost record meets another under its number.
        Assert.True(given.Task.HeadRevision > SettingsRevisions.Gap, what);
        Assert.NotNull(given.Disk.Read(GivenRestarts.FileName + ".damaged"));
        Assert.DoesNotContain("p-2", Encoding.UTF8.GetString(given.Disk.Read(GivenRestarts.FileName)!));
    }
}
