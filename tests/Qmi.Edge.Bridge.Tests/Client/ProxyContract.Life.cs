using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

// The life of a task.
public abstract partial class ProxyContract
{
    [Fact]
    public async Task A_task_is_ready_then_running_then_stopped()
    {
        using var go = new ManualResetEventSlim();
        var worker = MakeWorker(_ => go.Wait(Patience));
        Assert.Equal(TaskState.Ready, worker.Life.State);
        Assert.False(await worker.IsRunningAsync(Cancellation));
        Assert.Equal("Qmi.Edge.Bridge.Tests.Worker", worker.GetTaskClassName());

        worker.Start();
        Assert.True(worker.IsRunning());
        Assert.Equal(TaskState.Running, (await worker.GetLifeAsync(Cancellation)).State);
        go.Set();
        await worker.JoinAsync(Patience, Cancellation);

        Assert.Equal((TaskState.Stopped, StopReason.Completed, 1), (worker.Life.State, worker.Life.Reason, worker.Life.Run));
        Assert.False(worker.IsRunning());
    }

    [Fact]
    public async Task Starting_twice_is_an_error_that_names_the_state()
    {
        using var go = new ManualResetEventSlim();
        var worker = MakeWorker(_ => go.Wait(Patience));
        await worker.StartAsync(Cancellation);

        var whileRunning = Assert.ThrowsAny<QmiException>(worker.Start);
        go.Set();
        worker.Join(Patience);
        var afterTheEnd = await FailsAsync(() => worker.StartAsync(Cancellation));

        Assert.Equal((ErrorCode.WrongState, Executed.No, "running"), (whileRunning.Code, whileRunning.Executed, whileRunning.Details["state"]));
        Assert.Equal((ErrorCode.WrongState, Executed.No, "stopped"), (afterTheEnd.Code, afterTheEnd.Executed, afterTheEnd.Details["state"]));
    }

    [Fact]
    public async Task A_task_stopped_before_it_was_started_never_runs()
    {
        var ran = false;
        var worker = MakeWorker(_ => ran = true);

        worker.Stop();
        await worker.JoinAsync(Patience, Cancellation);

        Assert.Equal((TaskState.Stopped, StopReason.StoppedBeforeStart), (worker.Life.State, worker.Life.Reason));
        Assert.Equal(default, worker.GetStatus());
        Assert.False(ran);
    }

    [Fact]
    public async Task Stop_ends_a_sleep_and_may_be_called_any_number_of_times()
    {
        var worker = MakeWorker(self => self.Sleep(Timeout.InfiniteTimeSpan));
        worker.Start();

        worker.Stop();
        await worker.StopAsync(cancellationToken: Cancellation);
        await worker.JoinAsync(Patience, Cancellation);
        worker.Stop();

        Assert.Equal((TaskState.Stopped, StopReason.Requested), (worker.Life.State, worker.Life.Reason));
    }

    [Fact]
    public async Task Stop_ends_a_wait_for_a_signal()
    {
        var receiver = new SignalReceiver<double>();
        var worker = MakeWorker(_ => receiver.GetNextSignal(Timeout.InfiniteTimeSpan));
        var meter = MakeMeter();
        meter.Changed.Subscribe(receiver);
        worker.Start();

        worker.Stop();
        await worker.JoinAsync(Patience, Cancellation);

        Assert.Equal(StopReason.Requested, worker.Life.Reason);
    }

    [Fact]
    public async Task Stop_ends_a_call_that_the_task_is_in()
    {
        var meter = MakeMeter();
        using var calls = new ManualResetEventSlim();
        var worker = MakeWorker(_ =>
        {
            calls.Set();
            meter.Channel.Timeout = TimeSpan.FromMinutes(1);
            meter.Hold(60_000);
        });
        worker.Start();
        Assert.True(calls.Wait(Patience, Cancellation));

        worker.Stop();
        await worker.JoinAsync(Patience, Cancellation);

        Assert.Equal(StopReason.Requested, worker.Life.Reason);
    }

    [Fact]
    public async Task Joining_a_failed_task_tells_its_failure_every_time()
    {
        var worker = MakeWorker(_ => throw new InvalidOperationException("no power", new FormatException("deeper")));
        worker.Start();

        var first = await Assert.ThrowsAsync<TaskRunException>(() => worker.JoinAsync(Patience, Cancellation));
        var second = Assert.Throws<TaskRunException>(() => worker.Join(Patience));

        foreach (var exception in new[] { first, second })
        {
            Assert.Equal((ErrorCode.TaskError, Executed.Yes, TaskPhase.Iteration), (exception.Code, exception.Executed, exception.Failure.Phase));
            Assert.Equal($"Task {worker.Name} failed in iteration: no power", exception.Message);
            Assert.Equal(("InvalidOperationException", "no power"), (TypeOf(exception.Failure.Exception), exception.InnerException!.Message));
            Assert.Equal(("FormatException", "deeper"), (TypeOf(exception.InnerException.InnerException!), exception.InnerException.InnerException!.Message));
            Assert.NotEqual(default, exception.Failure.At);
        }

        var failure = worker.Life.Failure!;
        Assert.Equal((TaskState.Failed, TaskPhase.Iteration, "no power", "InvalidOperationException"), (worker.Life.State, failure.Phase, failure.Exception.Message, TypeOf(failure.Exception)));
    }

    [Fact]
    public async Task A_join_ends_at_its_timeout_and_says_that_nothing_happened()
    {
        var worker = MakeWorker(self => self.Sleep(Timeout.InfiniteTimeSpan));
        worker.Start();

        var error = await FailsAsync(() => worker.JoinAsync(TimeSpan.FromMilliseconds(200), Cancellation));

        Assert.Equal((ErrorCode.Timeout, Executed.No), (error.Code, error.Executed));
        Assert.True(worker.IsRunning());
    }

    [Fact]
    public async Task While_somebody_joins_everything_else_is_answered()
    {
        var worker = MakeWorker(self => self.Sleep(Timeout.InfiniteTimeSpan));
        worker.Start();
        var joining = worker.JoinAsync(cancellationToken: Cancellation);
        var waiting = Task.Run(() => worker.Join(Patience), Cancellation);

        Assert.True(await worker.IsRunningAsync(Cancellation));
        Assert.Equal(1, await worker.CountAsync(cancellationToken: Cancellation));
        Assert.False(joining.IsCompleted);
        GetElsewhere<WorkerProxy>(worker.Name).Stop();

        await joining.WaitAsync(Patience, Cancellation);
        await waiting.WaitAsync(Patience, Cancellation);
    }

    [Fact]
    public async Task A_restart_keeps_the_settings_in_effect()
    {
        var worker = MakeWorker(self =>
        {
            self.UpdateSettings();
            self.Status = new WorkerStatus((long)self.Settings.Rate, null);
            self.Sleep(Timeout.InfiniteTimeSpan);
        });
        worker.SetSettings(new WorkerSettings { Rate = 42 });
        worker.Start();
        await UntilAsync(async () => (await worker.GetStatusAsync(Cancellation)).Steps == 42, "the settings are in effect");

        await worker.RestartAsync(Patience, Cancellation);

        Assert.Equal((TaskState.Running, 2), (worker.Life.State, worker.Life.Run));
        Assert.Equal(42, worker.GetSettings().Rate);
    }

    [Fact]
    public async Task A_restart_whose_constructor_throws_says_so()
    {
        var constructed = 0;
        var worker = MakeWorker(new Script
        {
            Construct = _ =>
            {
                if (++constructed == 2)
                    throw new InvalidOperationException("no sensor");
            },
        });

        var error = await Assert.ThrowsAsync<TaskInitException>(() => worker.RestartAsync(Patience, Cancellation));

        Assert.Equal(Executed.No, error.Executed);
        Assert.Contains("no sensor", error.Message);
        Assert.Equal("InvalidOperationException", TypeOf(error.InnerException!));
        Assert.Equal((TaskState.Failed, TaskPhase.Init), (worker.Life.State, worker.Life.Failure!.Phase));
    }

    [Fact]
    public async Task A_loop_can_be_changed_and_its_statistics_be_read()
    {
        var ticker = MakeTicker();
        ticker.Start();
        await UntilAsync(async () => (await ticker.GetLoopStatisticsAsync(Cancellation))!.Value.Turns > 3, "the loop runs");

        ticker.ConfigureLoop(TimeSpan.FromMilliseconds(2.5), MissedLoopPolicy.CatchUp);
        await UntilAsync(() => Task.FromResult(ticker.GetLoopStatistics() is { Policy: MissedLoopPolicy.CatchUp } now && now.Period == TimeSpan.FromMilliseconds(2.5)), "the loop has changed");
        var error = await FailsAsync(() => ticker.ConfigureLoopAsync(TimeSpan.FromMicroseconds(1), cancellationToken: Cancellation));

        Assert.Equal((ErrorCode.BadArgs, Executed.No), (error.Code, error.Executed));
        Assert.Null(MakeWorker(_ => { }).GetLoopStatistics());
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task A_loops_statistics_are_complete_and_can_be_begun_anew()
    {
        var ticker = MakeTicker(new Script { Turn = _ => Thread.Sleep(8) });
        ticker.Start();
        await UntilAsync(async () => (await ticker.GetLoopStatisticsAsync(Cancellation))!.Value is { Turns: > 3, Misses: > 3 }, "the loop has missed deadlines");

        var ended = await ticker.ResetLoopStatisticsAsync(1, Cancellation);
        var error = await FailsAsync(() => ticker.ResetLoopStatisticsAsync(1, Cancellation));
        await UntilAsync(() => Task.FromResult(ticker.GetLoopStatistics() is { Epoch: 2, Turns: > 0 }), "turns count in the new epoch");

        Assert.Equal(1, ended.Epoch);
        Assert.Equal(ended.Turns, ended.Lateness!.Buckets.Sum(bucket => bucket.Count));
        Assert.Equal(ended.Turns, ended.Duration!.Buckets.Sum(bucket => bucket.Count));
        Assert.InRange(ended.Duration.P50, ended.Duration.Min, ended.Duration.P99);
        Assert.InRange(ended.Duration.P999, ended.Duration.P99, ended.Duration.Max);
        Assert.True(ended.Load > 1.6 && ended.LastMissLateness > TimeSpan.Zero && ended.Since < ended.LastMissAt);
        Assert.Equal((ErrorCode.Conflict, Executed.No), (error.Code, error.Executed));
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task A_loop_tells_of_its_misses()
    {
        var ticker = MakeTicker(new Script { Turn = _ => Thread.Sleep(8) });
        var missed = new SignalReceiver<LoopMiss>();
        ticker.LoopMissed.Subscribe(missed);
        ticker.Start();

        await UntilAsync(() => Task.FromResult(missed.Count >= 2), "the first and the tenth miss are told");

        var (first, tenth) = (missed.GetNextSignal(Patience), missed.GetNextSignal(Patience));
        Assert.Equal((0L, 1L, 10L), (first.Value.Turn, first.Value.Misses, tenth.Value.Misses));
        Assert.True(first.Value.Late > TimeSpan.Zero);
    }
}
