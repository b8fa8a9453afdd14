namespace Qmi.Edge.Runtime.Tests;

/// <summary>A crash may come between the acceptance of a push by the journal and that by the settings.</summary>
public class PushJournalTests
{
    private static readonly Caller Alice = new("alice");

    [Fact]
    public async Task A_push_that_the_journal_knows_and_the_settings_never_had_is_taken_in_when_it_comes_again()
    {
        var disk = new CrashingDisk();
        var before = Boot(disk);
        Assert.Null(Find(before, "p-1", 1));
        disk.Cut();

        await using var after = Boot(disk);
        Assert.Null(Find(after, "p-1", 2));
        await before.DisposeAsync();
    }

    [Fact]
    public async Task One_that_a_newer_one_of_its_caller_followed_was_taken_in_and_is_not_again()
    {
        var disk = new CrashingDisk();
        var before = Boot(disk);
        // Their orders are those of their arrival.
        Assert.Null(Find(before, "p-1", TaskOf(before).TakePushOrder()));
        var order = TaskOf(before).TakePushOrder();
        Assert.Null(Find(before, "p-2", order));
        await TaskOf(before).PushSettings(SettingsPushBody.Read(CallTests.Json("""{"values":{"rate":20}}""")), new SettingsPusher(Alice, "p-2", PushRoad.Topic, order)).Accepted.WaitAsync(GivenBox.Patience);
        disk.Cut();

        await using var after = Boot(disk);
        var known = Find(after, "p-1", TaskOf(after).TakePushOrder());

        Assert.Equal(SettingsAckState.Superseded, known?.State);
        Assert.Equal(SettingsAckState.Superseded, Find(after, "p-1", TaskOf(after).TakePushOrder())?.State);
        await before.DisposeAsync();
    }

    [Fact]
    public async Task A_copy_that_comes_while_the_first_is_taken_in_is_pending()
    {
        await using var given = Boot(new CrashingDisk());
        Assert.Null(Find(given, "p-1", 1));

        Assert.Equal(SettingsAckState.Pending, Find(given, "p-1", 2)?.State);
    }

    private static GivenBox Boot(CrashingDisk disk)
    {
        var given = new GivenBox(TimeProvider.System, state: disk);
        given.Loop(new LoopScript());
        return given;
    }

    private static QmiTaskRunner TaskOf(GivenBox given) => (QmiTaskRunner)given.Box.FindObject("loop")!;

    private static SettingsAck? Find(GivenBox given, string id, long order) =>
        given.Box.Requests.Pushes.FindKnown(TaskOf(given), new SettingsPusher(Alice, id, PushRoad.Topic, order), CallTests.Json("""{"values":{"rate":20}}"""));
}
