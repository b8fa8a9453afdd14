namespace Qmi.Edge.Runtime.Tests;

public class LoopTaskTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);

    [Fact]
    [Trait("rule", "LOOP-1")]
    public async Task Ten_thousand_slots_end_exactly_on_the_grid()
    {
        await using var given = new GivenBox();
        given.Time.JumpWhenParked = true;
        var begin = given.Time.Now;
        var last = 0L;
        var random = new Random(1);
        var task = given.Loop(new LoopScript
        {
            Period = Period,
            Iterate = self =>
            {
                // Late wake-ups and work of any length within the slot must not add up.
                given.Time.Advance(TimeSpan.FromMicroseconds(random.Next(9_999)));
                if (self.Turn == 10_000)
                {
                    last = given.Time.Now;
                    throw new TaskStopException();
                }
            },
            PublishSignals = _ => { },
        });

        task.Start();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        var dueOfLast = begin + (10_000 * MonotonicTime.ToNanoseconds(Period));
        Assert.InRange(last, dueOfLast, dueOfLast + MonotonicTime.ToNanoseconds(Period) - 1);
        Assert.Equal(0, task.GetLoopStatistics()!.Value.Misses);
    }

    [Theory]
    [Trait("rule", "LOOP-3")]
    [Trait("rule", "LOOP-4")]
    [Trait("rule", "LOOP-5")]
    [Trait("rule", "LOOP-6")]
    [Trait("rule", "LOOP-7")]
    [InlineData(MissedLoopPolicy.Immediate, new double[] { 0, 1, 4.5, 5.5, 6.5 }, 1, 0, 0)]
    [InlineData(MissedLoopPolicy.Skip, new double[] { 0, 1, 5, 6, 7 }, 1, 3, 0)]
    [InlineData(MissedLoopPolicy.CatchUp, new double[] { 0, 1, 4.5, 4.6, 4.7, 5, 6 }, 3, 0, 3)]
    [InlineData(MissedLoopPolicy.Terminate, new double[] { 0, 1 }, 1, 0, 0)]
    public async Task A_real_loop_starts_its_turns_where_the_table_says(MissedLoopPolicy policy, double[] expected, int misses, int skipped, int caughtUp)
    {
        await using var given = new GivenBox();
        given.Time.JumpWhenParked = true;
        var begin = given.Time.Now;
        var starts = new List<double>();
        var task = given.Loop(new LoopScript
        {
            Period = Period,
            Policy = policy,
            Iterate = self =>
            {
                if (self.Turn == expected.Length)
                    throw new TaskStopException();
                starts.Add((given.Time.Now - begin) / (double)MonotonicTime.ToNanoseconds(Period));
                given.Time.Advance(Period * (self.Turn == 1 ? 3.5 : 0.1));
            },
        });

        task.Start();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(expected, starts);
        var statistics = task.GetLoopStatistics()!.Value;
        Assert.Equal((misses, skipped, caughtUp), (statistics.Misses, statistics.Skipped, statistics.CaughtUp));
        Assert.Equal(policy == MissedLoopPolicy.Terminate ? StopReason.MissedLoop : StopReason.Completed, task.Life.Reason);
    }

    [Fact]
    [Trait("rule", "LOOP-5")]
    public async Task Terminate_finalizes_stops_with_its_reason_and_raises_an_alarm()
    {
        await using var given = new GivenBox();
        given.Time.JumpWhenParked = true;
        var finalized = 0;
        var task = given.Loop(new LoopScript { Period = Period, Policy = MissedLoopPolicy.Terminate, Iterate = _ => given.Time.Advance(Period), Finalize = _ => finalized++ });

        task.Start();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal((TaskState.Stopped, StopReason.MissedLoop, 1), (task.Life.State, task.Life.Reason, finalized));
        Assert.Equal("MISSED_LOOP", given.Box.Alarms.Find("task-loop")!.Code);
    }

    [Fact]
    [Trait("rule", "LOOP-8")]
    public async Task Finalize_runs_once_when_prepare_throws()
    {
        await using var given = new GivenBox();
        var finalized = 0;
        var task = given.Loop(new LoopScript { Prepare = _ => throw new InvalidOperationException("first"), Finalize = _ => finalized++ });

        task.Start();
        await Assert.ThrowsAsync<TaskRunException>(() => task.JoinAsync().WaitAsync(GivenBox.Patience));

        Assert.Equal(1, finalized);
    }

    [Fact]
    [Trait("rule", "LOOP-8")]
    public async Task When_turn_and_finalize_both_throw_the_first_is_the_failure_and_the_second_is_attached()
    {
        await using var given = new GivenBox();
        var task = given.Loop(new LoopScript { Iterate = _ => throw new InvalidOperationException("first"), Finalize = _ => throw new InvalidOperationException("second") });

        task.Start();
        await Assert.ThrowsAsync<TaskRunException>(() => task.JoinAsync().WaitAsync(GivenBox.Patience));

        var failure = task.Life.Failure!;
        Assert.Equal((TaskPhase.Iteration, "first", "second"), (failure.Phase, failure.Exception.Message, failure.FinalizeException!.Message));
    }

    [Fact]
    [Trait("rule", "LOOP-8")]
    public async Task A_failure_is_not_lost_when_finalize_sleeps_after_a_stop()
    {
        await using var given = new GivenBox();
        given.Time.JumpWhenParked = true;
        using var inTurn = new ManualResetEventSlim();
        using var stopped = new ManualResetEventSlim();
        var task = given.Loop(new LoopScript
        {
            Iterate = _ =>
            {
                inTurn.Set();
                stopped.Wait();
                throw new InvalidOperationException("first");
            },
            Finalize = self => self.Sleep(TimeSpan.FromMilliseconds(1)),
        });

        task.Start();
        inTurn.Wait(GivenBox.Patience);
        task.Stop();
        stopped.Set();

        Assert.Equal("first", (await Assert.ThrowsAsync<TaskRunException>(() => task.JoinAsync().WaitAsync(GivenBox.Patience))).InnerException!.Message);
    }

    [Fact]
    [Trait("rule", "LOOP-9")]
    public async Task A_stop_request_ends_the_wait_at_once()
    {
        await using var given = new GivenBox();
        var task = given.Loop(new LoopScript { Period = TimeSpan.FromHours(1) });
        task.Start();
        given.Time.WaitUntilParked();

        task.Stop();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(1, task.GetLoopStatistics()!.Value.Turns);
        Assert.Equal(0, given.Time.Now);
    }

    [Fact]
    [Trait("rule", "LOOP-9")]
    public async Task A_stop_request_during_a_turn_lets_the_turn_complete()
    {
        await using var given = new GivenBox();
        using var inTurn = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var steps = new List<string>();
        var task = given.Loop(new LoopScript
        {
            Iterate = _ =>
            {
                inTurn.Set();
                go.Wait();
                steps.Add("iterate");
            },
            UpdateStatus = _ =>
            {
                steps.Add("status");
                return false;
            },
            PublishSignals = _ => steps.Add("signals"),
            Finalize = _ => steps.Add("finalize"),
        });
        task.Start();
        inTurn.Wait(GivenBox.Patience);

        task.Stop();
        go.Set();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(["iterate", "status", "signals", "finalize"], steps);
    }

    [Fact]
    [Trait("rule", "LOOP-9")]
    public async Task Finalize_may_sleep_but_not_beyond_its_grace()
    {
        await using var given = new GivenBox();
        given.Time.JumpWhenParked = true;
        var slept = TimeSpan.Zero;
        var task = given.Loop(
            new LoopScript
            {
                Iterate = _ => throw new TaskStopException(),
                Finalize = self =>
                {
                    self.Sleep(TimeSpan.FromSeconds(1));
                    slept = TimeSpan.FromSeconds(1);
                    self.Sleep(TimeSpan.FromSeconds(3));
                },
            },
            options: new TaskOptions { FinalizeGrace = TimeSpan.FromSeconds(2) });

        task.Start();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(TimeSpan.FromSeconds(1), slept);
        Assert.Equal(2 * MonotonicTime.Second, given.Time.Now);
        Assert.Contains(given.Log.Lines, line => line.Text.Contains("grace"));
    }

    [Fact]
    [Trait("rule", "LOOP-10")]
    public async Task Period_and_policy_change_at_a_slot_boundary()
    {
        await using var given = new GivenBox();
        var starts = new List<long>();
        var task = given.Loop(new LoopScript { Period = Period, Iterate = _ => starts.Add(given.Time.Now / MonotonicTime.Millisecond) });
        task.Start();
        given.Time.AdvanceParked(Period);
        given.Time.WaitUntilParked();

        task.ConfigureLoop(Period * 3, MissedLoopPolicy.Skip);
        for (var slot = 0; slot < 3; slot++)
            given.Time.AdvanceParked(slot == 0 ? Period : Period * 3);
        given.Time.WaitUntilParked();

        Assert.Equal([0, 10, 20, 50, 80], starts);
        Assert.Equal(MissedLoopPolicy.Skip, task.GetLoopStatistics()!.Value.Policy);
        Assert.Throws<QmiException>(() => task.ConfigureLoop(TimeSpan.FromMicroseconds(99)));
    }

    [Fact]
    [Trait("rule", "LOOP-10")]
    public async Task Period_and_policy_are_known_before_the_start_and_can_be_changed_then()
    {
        await using var given = new GivenBox();
        var task = given.Loop(new LoopScript { Period = Period, Policy = MissedLoopPolicy.Skip });
        Assert.Equal((Period, MissedLoopPolicy.Skip), (task.GetLoopStatistics()!.Value.Period, task.GetLoopStatistics()!.Value.Policy));

        task.ConfigureLoop(Period * 2);
        task.Start();
        given.Time.WaitUntilParked();

        Assert.Equal((Period * 2, 1), (task.GetLoopStatistics()!.Value.Period, task.GetLoopStatistics()!.Value.Turns));
    }

    [Fact]
    [Trait("rule", "LOOP-11")]
    public async Task Under_permanent_overrun_a_mistaken_period_can_be_corrected()
    {
        await using var given = new GivenBox(TimeProvider.System);
        using var overrun = new CountdownEvent(20);
        var task = given.Loop(new LoopScript
        {
            Period = TimeSpan.FromMicroseconds(100),
            Iterate = _ =>
            {
                Thread.Sleep(1);
                if (!overrun.IsSet)
                    overrun.Signal();
            },
        });
        task.Start();
        Assert.True(overrun.Wait(GivenBox.Patience));

        Assert.Equal(SettingsResult.Applied, (await task.SetSettingsAsync(new TestSettings { Rate = 5 }).WaitAsync(GivenBox.Patience)).Result);
        task.ConfigureLoop(TimeSpan.FromHours(1));
        Assert.True(SpinWait.SpinUntil(() => task.GetLoopStatistics()!.Value.Period == TimeSpan.FromHours(1), GivenBox.Patience));

        Assert.True(task.GetLoopStatistics()!.Value.Misses > 0);
        Assert.True(task.IsRunning());
    }

    [Theory]
    [Trait("rule", "LOOP-12")]
    [InlineData(MissedLoopPolicy.Immediate)]
    [InlineData(MissedLoopPolicy.Skip)]
    [InlineData(MissedLoopPolicy.CatchUp)]
    [InlineData(MissedLoopPolicy.Terminate)]
    public async Task A_suspended_machine_counts_as_one_gap_and_not_as_a_miss(MissedLoopPolicy policy)
    {
        await using var given = new GivenBox();
        var task = given.Loop(new LoopScript { Period = Period, Policy = policy });
        task.Start();
        given.Time.WaitUntilParked();
        given.Time.Suspend(TimeSpan.FromHours(8));
        given.Time.WaitUntilParked();
        given.Time.AdvanceParked(Period);
        given.Time.WaitUntilParked();

        var statistics = task.GetLoopStatistics()!.Value;
        Assert.Equal((3, 1, 0, 0), (statistics.Turns, statistics.Gaps, statistics.Misses, statistics.Skipped));
        Assert.Equal(TaskState.Running, task.Life.State);
    }

    [Fact]
    [Trait("rule", "LOOP-5")]
    public async Task Misses_are_logged_at_the_first_the_tenth_and_then_at_every_doubling()
    {
        await using var given = new GivenBox();
        given.Time.JumpWhenParked = true;
        var task = given.Loop(new LoopScript
        {
            Period = Period,
            Iterate = self =>
            {
                if (self.Turn == 100)
                    throw new TaskStopException();
                given.Time.Advance(Period);
            },
        });

        task.Start();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(100, task.GetLoopStatistics()!.Value.Misses);
        // 1, 10, 20, 40, 80
        Assert.Equal(5, given.Log.Lines.Count(line => line.Text.Contains("after its deadline")));
    }

    [Fact]
    public async Task The_order_of_a_turn_is_settings_iteration_status_signals()
    {
        await using var given = new GivenBox();
        var steps = new List<string>();
        var task = given.Loop(new LoopScript
        {
            Prepare = _ => steps.Add("prepare"),
            ProcessNewSettings = _ => steps.Add("settings"),
            Iterate = _ => steps.Add("iterate"),
            UpdateStatus = _ =>
            {
                steps.Add("status");
                throw new TaskStopException();
            },
            Finalize = _ => steps.Add("finalize"),
        });
        task.SetSettings(new TestSettings { Rate = 20 });

        task.Start();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(["prepare", "settings", "iterate", "status", "finalize"], steps);
    }
}
