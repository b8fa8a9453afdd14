using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public class SupervisionTests
{
    private static readonly TaskOptions OnFailure = new() { Supervision = new SupervisionOptions { Restart = RestartPolicy.OnFailure } };

    private static readonly TimeSpan JustShort = TimeSpan.FromMilliseconds(999);
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(1);

    [Fact]
    [Trait("rule", "TASK-11")]
    public async Task A_task_that_failed_is_built_and_started_anew_after_a_second_with_the_settings_in_effect()
    {
        await using var given = new GivenBox();
        var task = given.Task(FailingAtFirst(1), options: OnFailure);
        task.SetSettings(new TestSettings { Rate = 33 });

        await FailAsync(task, isFirst: true);
        var failed = task.Life;
        var document = Write(given);
        given.Time.Advance(JustShort);
        Assert.Equal(TaskState.Failed, task.Life.State);
        given.Time.Advance(Rest);
        WaitForRun(task, 2);

        Assert.Equal((TaskState.Failed, 0, failed.Since + TimeSpan.FromSeconds(1)), (failed.State, failed.Restarts, failed.RestartAt!.Value));
        Assert.Equal(failed.RestartAt, document.GetProperty("restart_at").GetDateTimeOffset());
        given.Time.WaitUntilParked();
        Assert.Equal((TaskState.Running, 1, (DateTimeOffset?)null), (task.Life.State, task.Life.Restarts, task.Life.RestartAt));
        Assert.Equal(1, Write(given).GetProperty("restarts").GetInt32());
        Assert.False(Write(given).TryGetProperty("restart_at", out _));
        Assert.Equal(33, task.GetSettings().Rate);
        Assert.Empty(given.Box.Alarms.Raised);
        Assert.Contains(given.Audit.Entries, entry => (entry.Caller, entry.Object, entry.Action) == ("_supervision", "task", "restart"));
    }

    [Fact]
    [Trait("rule", "TASK-11")]
    public async Task Without_being_told_nobody_restarts_a_task()
    {
        await using var given = new GivenBox();
        var task = given.Task(FailingAtFirst(1));
        await FailAsync(task, isFirst: true);

        given.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal((TaskState.Failed, 1, (DateTimeOffset?)null), (task.Life.State, task.Life.Run, task.Life.RestartAt));
        Assert.Equal("Task task failed in iteration: It tore.", given.Box.Alarms.Find("task-task")!.Text);
    }

    [Fact]
    [Trait("rule", "TASK-11")]
    public async Task The_pauses_grow_and_after_the_last_the_task_stays_failed_with_an_alarm()
    {
        await using var given = new GivenBox();
        var options = new TaskOptions { Supervision = new SupervisionOptions { Restart = RestartPolicy.OnFailure, MaxRestarts = 3, Window = TimeSpan.FromMinutes(1) } };
        var task = given.Task(FailingAtFirst(int.MaxValue), options: options);
        await FailAsync(task, isFirst: true);

        for (var (run, pause) = (2, 1); pause <= 4; run++, pause *= 2)
        {
            Assert.Equal("TASK_FAILED", given.Box.Alarms.Find("task-task")!.Code);
            given.Time.Advance(TimeSpan.FromSeconds(pause) - Rest);
            Assert.Equal(run - 1, task.Life.Run);
            given.Time.Advance(Rest);
            WaitForRun(task, run);
            await FailAsync(task);
        }

        var alarm = given.Box.Alarms.Find("task-task")!;
        Assert.Equal(
            (AlarmSeverity.Error, "TASK_GIVEN_UP", "Task task failed in iteration: It tore. It was restarted 3 times within 60 s and is not restarted any more: find the cause, then restart it."),
            (alarm.Severity, alarm.Code, alarm.Text));
        given.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((TaskState.Failed, 4, 3, (DateTimeOffset?)null), (task.Life.State, task.Life.Run, task.Life.Restarts, task.Life.RestartAt));
    }

    [Fact]
    [Trait("rule", "TASK-11")]
    public async Task A_stop_in_the_pause_ends_it_and_the_task_stays_failed()
    {
        await using var given = new GivenBox();
        var task = given.Task(FailingAtFirst(1), options: OnFailure);
        await FailAsync(task, isFirst: true);
        Assert.EndsWith("It is restarted by itself.", given.Box.Alarms.Find("task-task")!.Text);

        task.Stop();
        Assert.Null(task.Life.RestartAt);
        given.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal((TaskState.Failed, 1), (task.Life.State, task.Life.Run));
        Assert.Equal("Task task failed in iteration: It tore.", given.Box.Alarms.Find("task-task")!.Text);
    }

    [Fact]
    [Trait("rule", "TASK-11")]
    public async Task However_quickly_a_task_fails_it_is_restarted()
    {
        await using var given = new GivenBox(isQuiet: true);
        // Each may fail before the caller of its start has returned.
        for (var number = 0; number < 2000; number++)
        {
            var task = given.Task(FailingAtFirst(1), $"task{number}", options: OnFailure);
            await FailAsync(task, isFirst: true);
            Assert.NotNull(task.Life.RestartAt);
            task.Stop();
            await given.Box.RemoveAsync($"task{number}");
        }
    }

    [Fact]
    [Trait("rule", "TASK-11")]
    public async Task A_task_that_fails_because_it_was_stopped_is_not_restarted()
    {
        await using var given = new GivenBox();
        var loop = given.Loop(new LoopScript { Finalize = _ => throw new InvalidOperationException("It is stuck.") }, options: OnFailure);
        loop.Start();
        given.Time.WaitUntilParked();

        loop.Stop();
        await FailAsync(loop);
        given.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal((TaskState.Failed, 1), (loop.Life.State, loop.Life.Run));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("rule", "TASK-11")]
    public async Task Removing_the_task_or_stopping_the_box_in_the_pause_ends_at_once(bool isWhole)
    {
        await using var given = new GivenBox();
        var task = given.Task(FailingAtFirst(1), options: OnFailure);
        await FailAsync(task, isFirst: true);

        await (isWhole ? given.Box.StopAsync() : given.Box.RemoveAsync("task")).WaitAsync(GivenBox.Patience);
        given.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(1, task.Life.Run);
        Assert.Empty(given.Box.Objects);
    }

    [Fact]
    [Trait("rule", "TASK-11")]
    public async Task Whoever_restarts_the_task_by_hand_need_not_wait_for_the_pause()
    {
        await using var given = new GivenBox();
        var task = given.Task(FailingAtFirst(1), options: OnFailure);
        await FailAsync(task, isFirst: true);

        await task.RestartAsync(GivenBox.Patience).WaitAsync(GivenBox.Patience);
        given.Time.WaitUntilParked();
        given.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal((TaskState.Running, 2, 0), (task.Life.State, task.Life.Run, task.Life.Restarts));
    }

    [Fact]
    [Trait("rule", "TASK-11")]
    public async Task A_constructor_that_throws_counts_as_a_failure_after_the_first_time()
    {
        await using var given = new GivenBox();
        var built = 0;
        ScriptedTask Build(TaskInit init) => ++built switch
        {
            2 => throw new InvalidOperationException("The port is taken."),
            _ => new ScriptedTask(init, built == 1 ? _ => throw new InvalidOperationException("It tore.") : self => self.Sleep(Timeout.InfiniteTimeSpan)),
        };
        var task = (TestTaskProxy)given.Box.AddTask(TestTypes.Task, "task", Build, OnFailure);
        await FailAsync(task, isFirst: true);

        given.Time.Advance(TimeSpan.FromSeconds(1));
        GivenBox.WaitFor(() => task.Life is { State: TaskState.Failed, Failure.Phase: TaskPhase.Init, RestartAt: not null }, "it cannot be built");
        await FailAsync(task);
        given.Time.Advance(TimeSpan.FromSeconds(2));
        WaitForRun(task, 2);

        Assert.Equal((3, 2), (built, task.Life.Restarts));
    }

    [Fact]
    [Trait("rule", "TASK-11")]
    public async Task What_cannot_be_built_the_first_time_is_not_there_to_be_restarted()
    {
        await using var given = new GivenBox();
        var built = 0;
        ScriptedTask Build(TaskInit init) => throw new InvalidOperationException($"{++built}");

        Assert.Throws<TaskInitException>(() => given.Box.AddTask(TestTypes.Task, "task", Build, OnFailure));
        given.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(1, built);
        Assert.Empty(given.Box.Alarms.Raised);
    }

    [Fact]
    [Trait("rule", "TASK-11")]
    public async Task Whoever_has_locked_the_task_still_has_when_it_was_restarted()
    {
        await using var given = new GivenBox();
        var task = given.Task(FailingAtFirst(1), options: OnFailure);
        var (owner, other) = (given.Box.GetProxy<TestTaskProxy>("task"), given.Box.GetProxy<TestTaskProxy>("task"));
        await FailAsync(task, isFirst: true);
        Assert.True(owner.Lock());

        given.Time.Advance(TimeSpan.FromSeconds(1));
        WaitForRun(task, 2);

        Assert.Equal(ErrorCode.Locked, Assert.Throws<QmiException>(() => other.SetSettings(new TestSettings())).Code);
        owner.SetSettings(new TestSettings { Rate = 5 });
    }

    [Fact]
    [Trait("rule", "TASK-11")]
    [Trait("rule", "SET-7")]
    public async Task Settings_with_which_it_fails_again_and_again_are_taken_back_and_then_it_has_all_its_restarts_again()
    {
        await using var given = new GivenBox();
        var options = new TaskOptions { Supervision = new SupervisionOptions { Restart = RestartPolicy.OnFailure, MaxRestarts = 2 } };
        var loop = given.Loop(
            new LoopScript
            {
                Iterate = self =>
                {
                    if (self.Settings.Rate == 77)
                        throw new InvalidOperationException("The belt tore at 77 Hz.");
                },
            },
            options: options);
        loop.Start();
        given.Time.WaitUntilParked();

        loop.SetSettings(new TestSettings { Rate = 77 });
        given.Time.Advance(TimeSpan.FromMilliseconds(10));
        await FailAsync(loop);
        for (var (run, pause) = (2, 1); run <= 3; run++, pause = 2)
        {
            given.Time.Advance(TimeSpan.FromSeconds(pause));
            WaitForRun(loop, run);
            await FailAsync(loop);
        }

        // The third failure took the settings back, and the pause began with the shortest one.
        Assert.Equal(10, loop.GetSettings().Rate);
        Assert.NotNull(given.Box.Alarms.Find("settings-rolled-back-loop"));
        given.Time.Advance(TimeSpan.FromSeconds(1));
        WaitForRun(loop, 4);
        given.Time.WaitUntilParked();
        Assert.Equal(TaskState.Running, loop.Life.State);
    }

    [Fact]
    [Trait("rule", "TASK-11")]
    public async Task A_loop_that_ended_because_of_its_policy_has_not_failed()
    {
        await using var given = new GivenBox();
        var loop = given.Loop(new LoopScript { Policy = MissedLoopPolicy.Terminate, Iterate = _ => given.Time.Advance(TimeSpan.FromMilliseconds(20)) }, options: OnFailure);

        loop.Start();
        await loop.JoinAsync().WaitAsync(GivenBox.Patience);
        given.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal((StopReason.MissedLoop, 1), (loop.Life.Reason, loop.Life.Run));
    }

    [Theory]
    [InlineData(0, 60_000, 10, 600, "its first pause is 00:00:00, allowed are 1 ms to 1 h")]
    [InlineData(2_000, 1_000, 10, 600, "its longest pause is 00:00:01, allowed are the first pause, 00:00:02, to 1 d")]
    [InlineData(1_000, 60_000, 0, 600, "it allows 0 restarts, allowed are 1 to 1000")]
    [InlineData(1_000, 60_000, 10, 0, "its window is 00:00:00, allowed are 1 s to 7 d")]
    [Trait("rule", "TASK-11")]
    public async Task Supervision_that_cannot_be_is_refused_and_nothing_is_made(int first, int longest, int most, int window, string what)
    {
        await using var given = new GivenBox();
        var supervision = new SupervisionOptions { FirstPause = TimeSpan.FromMilliseconds(first), LongestPause = TimeSpan.FromMilliseconds(longest), MaxRestarts = most, Window = TimeSpan.FromSeconds(window) };

        var refused = Assert.Throws<QmiException>(() => given.Task(_ => { }, options: new TaskOptions { Supervision = supervision }));

        Assert.Equal((ErrorCode.BadArgs, $"The supervision of task task is wrong: {what}."), (refused.Code, refused.Message));
        Assert.Empty(given.Box.Objects);
    }

    [Fact]
    public async Task A_life_is_read_as_it_was_written()
    {
        await using var given = new GivenBox();
        var task = given.Task(FailingAtFirst(2), options: OnFailure);
        await FailAsync(task, isFirst: true);
        given.Time.Advance(TimeSpan.FromSeconds(1));
        WaitForRun(task, 2);
        await FailAsync(task);

        var read = TaskStateDocument.Read(Write(given));

        Assert.Equal((1, task.Life.RestartAt), (read.Restarts, read.RestartAt));
        Assert.NotNull(read.RestartAt);
    }

    private static Action<ScriptedTask> FailingAtFirst(int times)
    {
        var run = 0;
        return self =>
        {
            if (++run <= times)
                throw new InvalidOperationException("It tore.");
            self.UpdateSettings();
            self.Sleep(Timeout.InfiniteTimeSpan);
        };
    }

    // Whoever joins is told when the pause has begun.
    private static async Task FailAsync(TestTaskProxy task, bool isFirst = false)
    {
        if (isFirst)
            task.Start();
        await Assert.ThrowsAsync<TaskRunException>(() => task.JoinAsync().WaitAsync(GivenBox.Patience));
    }

    private static void WaitForRun(TestTaskProxy task, int run) => GivenBox.WaitFor(() => task.Life.Run == run, $"run {run}");

    private static JsonElement Write(GivenBox given)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            TaskStateDocument.Write(writer, (QmiTaskRunner)given.Box.FindObject("task")!);
        return JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray())).RootElement;
    }
}
