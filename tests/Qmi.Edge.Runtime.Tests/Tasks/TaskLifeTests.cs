namespace Qmi.Edge.Runtime.Tests;

public class TaskLifeTests
{
    [Fact]
    [Trait("rule", "TASK-1")]
    public async Task A_task_is_ready_then_running_then_stopped_because_it_completed()
    {
        await using var given = new GivenBox();
        using var go = new ManualResetEventSlim();
        var task = given.Task(_ => go.Wait());
        Assert.Equal(TaskState.Ready, task.Life.State);

        task.Start();
        Assert.Equal(TaskState.Running, task.Life.State);
        go.Set();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal((TaskState.Stopped, StopReason.Completed), (task.Life.State, task.Life.Reason));
    }

    [Fact]
    [Trait("rule", "TASK-1")]
    public async Task A_failed_task_carries_exception_time_and_phase()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var task = given.Loop(new LoopScript { Prepare = _ => throw new InvalidOperationException("no power") });

        task.Start();
        await Assert.ThrowsAsync<TaskRunException>(() => task.JoinAsync().WaitAsync(GivenBox.Patience));

        var failure = task.Life.Failure!;
        Assert.Equal((TaskState.Failed, TaskPhase.Prepare, "no power"), (task.Life.State, failure.Phase, failure.Exception.Message));
        Assert.NotEqual(default, failure.At);
    }

    [Fact]
    [Trait("rule", "TASK-2")]
    public async Task A_task_is_constructed_in_its_own_thread()
    {
        await using var given = new GivenBox();
        var (constructed, ran) = (0, 0);
        var task = (TestTaskProxy)given.Box.AddTask(TestTypes.Task, "task", init =>
        {
            constructed = Environment.CurrentManagedThreadId;
            return new ScriptedTask(init, _ => ran = Environment.CurrentManagedThreadId);
        });

        task.Start();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.NotEqual(Environment.CurrentManagedThreadId, constructed);
        Assert.Equal(constructed, ran);
    }

    [Fact]
    [Trait("rule", "TASK-2")]
    public async Task A_constructor_that_throws_is_told_with_its_cause_and_the_name_is_free_again()
    {
        await using var given = new GivenBox();

        var error = Assert.Throws<TaskInitException>(() => given.Box.AddTask(TestTypes.Task, "task", _ => throw new InvalidOperationException("no sensor")));

        Assert.IsType<InvalidOperationException>(error.InnerException);
        Assert.Contains("task", error.Message);
        Assert.Contains("no sensor", error.Message);
        Assert.Equal(TaskState.Ready, given.Task(_ => { }).Life.State);
    }

    [Fact]
    [Trait("rule", "TASK-3")]
    public async Task Starting_twice_is_an_error_that_names_the_state()
    {
        await using var given = new GivenBox();
        using var go = new ManualResetEventSlim();
        var task = given.Task(_ => go.Wait());
        task.Start();

        var whileRunning = Assert.Throws<QmiException>(task.Start);
        go.Set();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);
        var afterTheEnd = Assert.Throws<QmiException>(task.Start);

        Assert.Equal((ErrorCode.WrongState, "running"), (whileRunning.Code, whileRunning.Details["state"]));
        Assert.Equal((ErrorCode.WrongState, "stopped"), (afterTheEnd.Code, afterTheEnd.Details["state"]));
    }

    [Fact]
    [Trait("rule", "TASK-3")]
    public async Task A_restart_builds_a_fresh_task_and_keeps_the_settings_in_effect()
    {
        await using var given = new GivenBox();
        var rates = new List<double>();
        var task = given.Task(self =>
        {
            self.UpdateSettings();
            rates.Add(self.Settings.Rate);
            self.Sleep(Timeout.InfiniteTimeSpan);
        });
        task.SetSettings(new TestSettings { Rate = 42 });
        task.Start();
        given.Time.WaitUntilParked();

        await task.RestartAsync().WaitAsync(GivenBox.Patience);
        given.Time.WaitUntilParked();
        task.Stop();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal([42, 42], rates);
        Assert.Equal(2, task.Life.Run);
    }

    [Fact]
    [Trait("rule", "TASK-3")]
    public async Task A_failed_task_can_be_restarted()
    {
        await using var given = new GivenBox();
        var runs = 0;
        var task = given.Task(_ =>
        {
            if (++runs == 1)
                throw new InvalidOperationException("once");
        });
        task.Start();
        await Assert.ThrowsAsync<TaskRunException>(() => task.JoinAsync().WaitAsync(GivenBox.Patience));
        Assert.NotNull(given.Box.Alarms.Find("task-task"));

        await task.RestartAsync().WaitAsync(GivenBox.Patience);
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(2, runs);
        Assert.Null(given.Box.Alarms.Find("task-task"));
    }

    [Fact]
    [Trait("rule", "TASK-4")]
    public async Task Stop_ends_a_sleep_and_may_be_called_in_every_state_any_number_of_times()
    {
        await using var given = new GivenBox();
        var task = given.Task(self => self.Sleep(Timeout.InfiniteTimeSpan));
        task.Start();
        given.Time.WaitUntilParked();

        task.Stop();
        task.Stop();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);
        task.Stop();

        Assert.Equal((TaskState.Stopped, StopReason.Requested), (task.Life.State, task.Life.Reason));
    }

    [Fact]
    [Trait("rule", "TASK-4")]
    [Trait("rule", "SIG-3")]
    public async Task Stop_ends_a_wait_for_a_signal()
    {
        await using var given = new GivenBox();
        var receiver = new SignalReceiver<double>(timeProvider: given.Time);
        var task = given.Task(_ => receiver.GetNextSignal(Timeout.InfiniteTimeSpan));
        task.Start();
        given.Time.WaitUntilParked();

        task.Stop();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(StopReason.Requested, task.Life.Reason);
    }

    [Fact]
    [Trait("rule", "TASK-4")]
    public async Task Stop_ends_a_wait_for_a_busy_instrument()
    {
        await using var given = new GivenBox();
        using var release = new ManualResetEventSlim();
        using var busy = new ManualResetEventSlim();
        var instrument = given.Instrument(_ =>
        {
            busy.Set();
            release.Wait();
            return 0;
        });
        var running = instrument.RunAsync(1);
        busy.Wait(GivenBox.Patience);
        var task = given.Task(_ => instrument.Run(2));
        task.Start();
        given.Time.WaitUntilParked();

        task.Stop();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);
        release.Set();
        await running;

        Assert.Equal(StopReason.Requested, task.Life.Reason);
    }

    [Fact]
    [Trait("rule", "TASK-4")]
    public async Task Stop_ends_a_wait_inside_a_driver_that_the_task_called()
    {
        await using var given = new GivenBox();
        using var waiting = new ManualResetEventSlim();
        var instrument = given.Instrument(_ =>
        {
            waiting.Set();
            // What a transport does: it waits for the peer, or for the interruption.
            Interruption.Token.WaitHandle.WaitOne(GivenBox.Patience);
            Interruption.ThrowIfRequested();
            return 0;
        });
        var task = given.Task(_ => instrument.Run(1));
        task.Start();
        waiting.Wait(GivenBox.Patience);

        task.Stop();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(StopReason.Requested, task.Life.Reason);
    }

    [Fact]
    [Trait("rule", "TASK-5")]
    public async Task A_task_stopped_before_its_start_never_runs()
    {
        await using var given = new GivenBox();
        var ran = false;
        var task = given.Task(_ => ran = true);

        task.Stop();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal((TaskState.Stopped, StopReason.StoppedBeforeStart), (task.Life.State, task.Life.Reason));
        Assert.Equal(default, task.GetStatus());
        Assert.False(ran);
        Assert.Equal(ErrorCode.WrongState, Assert.Throws<QmiException>(task.Start).Code);
    }

    [Fact]
    [Trait("rule", "TASK-6")]
    public async Task Join_throws_the_failure_with_its_cause_every_time()
    {
        await using var given = new GivenBox();
        var task = given.Task(_ => throw new InvalidOperationException("lamp broken"));
        task.Start();

        for (var attempt = 0; attempt < 3; attempt++)
        {
            var error = Assert.Throws<TaskRunException>(() => task.Join());
            Assert.Equal("lamp broken", error.InnerException!.Message);
        }
    }

    [Fact]
    [Trait("rule", "TASK-6")]
    public async Task Join_gives_up_after_its_timeout()
    {
        await using var given = new GivenBox();
        var task = given.Task(self => self.Sleep(Timeout.InfiniteTimeSpan));
        task.Start();
        given.Time.WaitUntilParked();

        var joining = Task.Run(() => task.Join(TimeSpan.FromSeconds(3)));
        given.Time.WaitUntilParked(2);
        given.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(ErrorCode.Timeout, (await Assert.ThrowsAsync<QmiException>(() => joining)).Code);
    }

    [Fact]
    [Trait("rule", "TASK-6")]
    public async Task Stop_and_status_are_answered_while_another_caller_joins()
    {
        await using var given = new GivenBox();
        var task = given.Task(self => self.Sleep(Timeout.InfiniteTimeSpan));
        task.Start();
        given.Time.WaitUntilParked();
        var joining = Task.Run(() => task.Join());
        given.Time.WaitUntilParked(2);

        Assert.True(task.IsRunning());
        Assert.False(task.IsLocked());
        Assert.True(task.Lock());
        task.Stop();

        await joining.WaitAsync(GivenBox.Patience);
    }

    [Fact]
    [Trait("rule", "TASK-6")]
    public async Task A_task_that_joins_itself_is_refused()
    {
        await using var given = new GivenBox();
        TestTaskProxy? task = null;
        task = given.Task(_ => task!.Join());
        task.Start();

        var error = await Assert.ThrowsAsync<TaskRunException>(() => task.JoinAsync().WaitAsync(GivenBox.Patience));

        Assert.Contains("itself", error.InnerException!.Message);
    }

    [Fact]
    [Trait("rule", "TASK-7")]
    public async Task Sleep_and_UpdateSettings_belong_to_the_task_thread()
    {
        await using var given = new GivenBox();
        ScriptedTask? self = null;
        var task = given.Task(own =>
        {
            self = own;
            own.Sleep(Timeout.InfiniteTimeSpan);
        });
        task.Start();
        given.Time.WaitUntilParked();

        Assert.Throws<WrongThreadException>(() => self!.Sleep(TimeSpan.Zero));
        Assert.Throws<WrongThreadException>(() => self!.UpdateSettings());
        Assert.Throws<WrongThreadException>(() => self!.Status = default);
        Assert.False(self!.StopRequested);
    }

    [Fact]
    [Trait("rule", "TASK-7")]
    public async Task Sleep_ends_at_once_when_stop_is_requested_already_also_for_a_zero_duration()
    {
        await using var given = new GivenBox();
        using var stopped = new ManualResetEventSlim();
        Exception? thrown = null;
        var task = given.Task(self =>
        {
            stopped.Wait();
            thrown = Record.Exception(() => self.Sleep(TimeSpan.Zero));
        });
        task.Start();
        task.Stop();
        stopped.Set();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.IsType<TaskStopException>(thrown);
    }

    [Fact]
    [Trait("rule", "TASK-8")]
    public async Task A_stop_exception_that_leaves_Run_is_a_normal_end_without_a_stack_trace_in_the_log()
    {
        await using var given = new GivenBox();
        var task = given.Task(self => self.Sleep(Timeout.InfiniteTimeSpan));
        task.Start();
        given.Time.WaitUntilParked();
        task.Stop();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(TaskState.Stopped, task.Life.State);
        Assert.All(given.Log.Lines, line => Assert.Null(line.Exception));
        Assert.Contains(given.Log.Lines, line => line.Level == Microsoft.Extensions.Logging.LogLevel.Information);
    }

    [Fact]
    [Trait("rule", "TASK-9")]
    public async Task Removing_a_running_task_stops_it_warns_and_frees_the_name_only_at_its_end()
    {
        await using var given = new GivenBox();
        using var finish = new ManualResetEventSlim();
        var task = given.Task(self =>
        {
            Record.Exception(() => self.Sleep(Timeout.InfiniteTimeSpan));
            finish.Wait();
        });
        task.Start();
        given.Time.WaitUntilParked();

        var removing = given.Box.RemoveAsync("task");
        Assert.Throws<QmiException>(() => given.Task(_ => { }));
        finish.Set();
        await removing.WaitAsync(GivenBox.Patience);

        Assert.Contains(given.Log.Lines, line => line.Level == Microsoft.Extensions.Logging.LogLevel.Warning && line.Text.Contains("not joined"));
        Assert.Equal(TaskState.Ready, given.Task(_ => { }).Life.State);
    }

    [Theory]
    [Trait("rule", "TASK-12")]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("-dash")]
    [InlineData("_own")]
    [InlineData("dot.ted")]
    [InlineData("abc\n")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890123")]
    public async Task A_name_that_breaks_the_rules_is_refused(string name)
    {
        await using var given = new GivenBox();

        Assert.Equal(ErrorCode.BadArgs, Assert.Throws<QmiException>(() => given.Task(_ => { }, name)).Code);
        Assert.Equal(ErrorCode.BadArgs, Assert.Throws<QmiException>(() => given.Instrument(_ => 0, name)).Code);
        Assert.Throws<QmiException>(() => new EdgeBox(name));
    }

    [Theory]
    [Trait("rule", "TASK-12")]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("a_b-c9")]
    [InlineData("a12345678901234567890123456789012345678901234567890123456789012")]
    public async Task A_name_that_keeps_the_rules_is_taken(string name)
    {
        await using var given = new GivenBox();

        Assert.Equal(name, given.Task(_ => { }, name).Name);
    }
}
