namespace Qmi.Edge.Runtime.Tests;

public class TaskWatchTests
{
    [Fact]
    [Trait("rule", "HEALTH-1")]
    public async Task A_turn_that_hangs_is_an_alarm_while_it_hangs_and_other_tasks_go_on()
    {
        await using var given = new GivenBox();
        using var hold = new Hold();
        var hung = given.Loop(HeldOnce(hold), "hung");
        var well = given.Loop(new LoopScript(), "well");
        hung.Start();
        well.Start();
        hold.WaitUntilEntered();

        given.Time.WaitUntilParked();
        given.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(given.Box.Alarms.Find("hung-hung"));
        given.Time.Advance(TimeSpan.FromSeconds(2));
        var alarm = given.Box.Alarms.Find("hung-hung");
        hold.Release();
        given.Time.WaitUntilParked(2);
        given.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("HUNG_ITERATION", alarm!.Code);
        Assert.Null(given.Box.Alarms.Find("hung-hung"));
        Assert.Null(given.Box.Alarms.Find("hung-well"));
        Assert.True(well.GetLoopStatistics()!.Value.Turns > 0);
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    public async Task A_task_that_does_not_stop_is_an_alarm_until_it_does()
    {
        await using var given = new GivenBox();
        using var hold = new Hold();
        var task = given.Task(_ => hold.Enter());
        task.Start();
        hold.WaitUntilEntered();

        task.Stop();
        given.Time.Advance(TimeSpan.FromSeconds(12));
        var alarm = given.Box.Alarms.Find("not-stopping-task");
        Assert.Equal(["task"], given.Box.UnwellTasks);
        hold.Release();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);
        given.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("NOT_STOPPING", alarm!.Code);
        Assert.Null(given.Box.Alarms.Find("not-stopping-task"));
        Assert.Empty(given.Box.UnwellTasks);
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    [Trait("rule", "TASK-11")]
    public async Task A_hung_task_that_ends_after_all_is_restarted_when_it_shall_be()
    {
        await using var given = new GivenBox();
        using var hold = new Hold();
        var task = given.Loop(HeldOnce(hold), options: When(HungAction.Restart));
        task.Start();
        hold.WaitUntilEntered();

        given.Time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal((TaskState.Stopping, 1), (task.Life.State, task.Life.Run));
        Assert.EndsWith("It was asked to stop and is restarted when it has ended.", given.Box.Alarms.Find("hung-loop")!.Text);

        // It cannot be ended from outside, and that is said.
        given.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Contains("no thread can be ended from outside", given.Box.Alarms.Find("not-stopping-loop")!.Text);
        hold.Release();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);
        given.Time.Advance(TimeSpan.FromSeconds(1));
        GivenBox.WaitFor(() => task.Life.Run == 2, "run 2");
        given.Time.WaitUntilParked();

        Assert.Equal((TaskState.Running, 2, 1), (task.Life.State, task.Life.Run, task.Life.Restarts));
        given.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(given.Box.Alarms.Raised);
    }

    [Fact]
    [Trait("rule", "TASK-11")]
    public async Task A_hung_task_that_somebody_stops_stays_stopped()
    {
        await using var given = new GivenBox();
        using var hold = new Hold();
        var task = given.Loop(HeldOnce(hold), options: When(HungAction.Restart));
        task.Start();
        hold.WaitUntilEntered();
        given.Time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(TaskState.Stopping, task.Life.State);

        task.Stop();
        hold.Release();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);
        given.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal((TaskState.Stopped, 1, (DateTimeOffset?)null), (task.Life.State, task.Life.Run, task.Life.RestartAt));
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    public async Task A_hung_task_without_which_the_box_must_not_go_on_fails_the_box()
    {
        await using var given = new GivenBox();
        using var hold = new Hold();
        given.Loop(HeldOnce(hold), options: When(HungAction.FailBox)).Start();
        hold.WaitUntilEntered();

        given.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(given.Box.Failed.IsCompleted);
        given.Time.Advance(TimeSpan.FromSeconds(2));

        var failure = await given.Box.Failed.WaitAsync(GivenBox.Patience);
        Assert.Equal(new BoxFailure("loop", "A turn of task loop runs for 6 s now, and its period is 10 ms"), failure);
        Assert.Equal(AlarmSeverity.Critical, given.Box.Alarms.Find("hung-loop")!.Severity);
    }

    private static TaskOptions When(HungAction action) => new() { Health = new TaskHealthOptions { WhenHung = action } };

    private static LoopScript HeldOnce(Hold hold) => new()
    {
        Iterate = self =>
        {
            if (self.Turn == 0)
                hold.Enter();
        },
    };
}
