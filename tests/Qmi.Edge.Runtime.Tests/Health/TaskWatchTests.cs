namespace Qmi.Edge.Runtime.Tests;

public class TaskWatchTests
{
    [Fact]
    public async Task A_turn_that_hangs_is_an_alarm_while_it_hangs_and_other_tasks_go_on()
    {
        await using var given = new GivenBox();
        using var inTurn = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var hung = given.Loop(
            new LoopScript
            {
                Iterate = self =>
                {
                    if (self.Turn > 0)
                        return;
                    inTurn.Set();
                    release.Wait();
                },
            },
            "hung");
        var well = given.Loop(new LoopScript(), "well");
        hung.Start();
        well.Start();
        Assert.True(inTurn.Wait(GivenBox.Patience));

        given.Time.WaitUntilParked();
        given.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(given.Box.Alarms.Find("hung-hung"));
        given.Time.Advance(TimeSpan.FromSeconds(2));
        var alarm = given.Box.Alarms.Find("hung-hung");
        release.Set();
        given.Time.WaitUntilParked(2);
        given.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("HUNG_ITERATION", alarm!.Code);
        Assert.Null(given.Box.Alarms.Find("hung-hung"));
        Assert.Null(given.Box.Alarms.Find("hung-well"));
        Assert.True(well.GetLoopStatistics()!.Value.Turns > 0);
    }

    [Fact]
    public async Task A_task_that_does_not_stop_is_an_alarm_until_it_does()
    {
        await using var given = new GivenBox();
        using var inTask = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var task = given.Task(_ =>
        {
            inTask.Set();
            release.Wait();
        });
        task.Start();
        Assert.True(inTask.Wait(GivenBox.Patience));

        task.Stop();
        given.Time.Advance(TimeSpan.FromSeconds(12));
        var alarm = given.Box.Alarms.Find("not-stopping-task");
        release.Set();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);
        given.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("NOT_STOPPING", alarm!.Code);
        Assert.Null(given.Box.Alarms.Find("not-stopping-task"));
    }
}
