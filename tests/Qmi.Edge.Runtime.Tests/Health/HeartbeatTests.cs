namespace Qmi.Edge.Runtime.Tests;

public class HeartbeatTests
{
    private const string AlarmId = "hung-task";

    [Fact]
    [Trait("rule", "HEALTH-1")]
    public async Task A_task_without_a_sign_of_life_is_an_alarm_until_it_gives_one()
    {
        await using var given = new GivenBox();
        using var hold = new Hold();
        given.Task(self =>
        {
            hold.Enter();
            self.Sleep(TimeSpan.FromHours(1));
        }).Start();
        hold.WaitUntilEntered();

        given.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(given.Box.Alarms.Find(AlarmId));
        Assert.Empty(given.Box.UnwellTasks);
        given.Time.Advance(TimeSpan.FromSeconds(2));
        var alarm = given.Box.Alarms.Find(AlarmId)!;
        Assert.Equal((AlarmSeverity.Error, "NO_SIGN_OF_LIFE"), (alarm.Severity, alarm.Code));
        Assert.StartsWith("Task task has neither slept, waited nor called for 61 s", alarm.Text);
        Assert.Equal(["task"], given.Box.UnwellTasks);

        hold.Release();
        given.Time.WaitUntilParked();

        Assert.Empty(given.Box.UnwellTasks);
        given.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(given.Box.Alarms.Find(AlarmId));
    }

    [Theory]
    [InlineData("sleep")]
    [InlineData("signal")]
    [InlineData("join")]
    [Trait("rule", "HEALTH-1")]
    public async Task A_task_that_waits_is_well_however_long(string what)
    {
        await using var given = new GivenBox();
        var other = given.Task(self => self.Sleep(Timeout.InfiniteTimeSpan), "other");
        other.Start();
        var received = new SignalReceiver<double>(timeProvider: given.Time);
        var task = given.Task(self =>
        {
            if (what == "signal")
                received.GetNextSignal(Timeout.InfiniteTimeSpan);
            else if (what == "join")
                other.Join(Timeout.InfiniteTimeSpan);
            else
                self.Sleep(TimeSpan.FromDays(1));
        });
        task.Start();

        given.Time.WaitUntilParked(2);
        given.Time.Advance(TimeSpan.FromHours(1));

        Assert.Empty(given.Box.UnwellTasks);
        Assert.Empty(given.Box.Alarms.Raised);
        Assert.True(task.IsRunning());
    }

    [Theory]
    [InlineData("call")]
    [InlineData("question")]
    [InlineData("report")]
    [Trait("rule", "HEALTH-1")]
    public async Task What_a_task_calls_asks_or_says_is_a_sign_of_life(string what)
    {
        await using var given = new GivenBox();
        using var first = new Hold();
        using var second = new Hold();
        var instrument = given.Instrument(argument => argument);
        given.Task(self =>
        {
            first.Enter();
            if (what == "call")
                instrument.Run(1);
            else if (what == "question")
                Interruption.ThrowIfRequested();
            else
                self.ReportAlive();
            second.Enter();
        }).Start();
        first.WaitUntilEntered();

        given.Time.Advance(TimeSpan.FromSeconds(55));
        first.Release();
        second.WaitUntilEntered();
        given.Time.Advance(TimeSpan.FromSeconds(55));
        Assert.Empty(given.Box.UnwellTasks);
        given.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["task"], given.Box.UnwellTasks);
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    public async Task A_wait_of_ones_own_that_a_stop_ends_is_a_wait_too()
    {
        await using var given = new GivenBox();
        var isWaiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var task = given.Task(_ =>
        {
            using var wait = Interruption.EnterWait();
            isWaiting.SetResult();
            Interruption.Token.WaitHandle.WaitOne();
        });
        task.Start();
        await isWaiting.Task.WaitAsync(GivenBox.Patience);

        given.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Empty(given.Box.UnwellTasks);
        task.Stop();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    public async Task A_long_turn_that_says_that_it_lives_is_well()
    {
        await using var given = new GivenBox();
        using var first = new Hold();
        using var second = new Hold();
        given.Loop(new LoopScript
        {
            Iterate = self =>
            {
                if (self.Turn > 0)
                    return;
                first.Enter();
                self.ReportAlive();
                second.Enter();
            },
        }).Start();
        first.WaitUntilEntered();

        given.Time.Advance(TimeSpan.FromSeconds(4));
        first.Release();
        second.WaitUntilEntered();
        given.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Empty(given.Box.UnwellTasks);
        given.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal("HUNG_ITERATION", given.Box.Alarms.Find("hung-loop")!.Code);
    }

    [Theory]
    [InlineData(2, 3, true)]
    [InlineData(30, 20, false)]
    [InlineData(-1, 36_000, false)]
    [Trait("rule", "HEALTH-1")]
    public async Task Each_task_has_its_own_threshold(int hungAfter, int waited, bool isUnwell)
    {
        await using var given = new GivenBox();
        using var hold = new Hold();
        var limit = hungAfter < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(hungAfter);
        given.Loop(new LoopScript { Iterate = _ => hold.Enter() }, options: new TaskOptions { Health = new TaskHealthOptions { HungAfter = limit } }).Start();
        hold.WaitUntilEntered();

        given.Time.Advance(TimeSpan.FromSeconds(waited));

        Assert.Equal(isUnwell, given.Box.UnwellTasks.Count == 1);
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    public async Task Time_in_which_the_whole_process_stood_still_is_nobodys_fault()
    {
        await using var given = new GivenBox();
        using var hold = new Hold();
        given.Loop(new LoopScript { Iterate = _ => hold.Enter() }, options: new TaskOptions { Health = new TaskHealthOptions { WhenHung = HungAction.FailBox } }).Start();
        hold.WaitUntilEntered();
        given.Time.Advance(TimeSpan.FromSeconds(2));

        given.Time.Suspend(TimeSpan.FromHours(1));
        Assert.Empty(given.Box.UnwellTasks);
        given.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Empty(given.Box.UnwellTasks);
        given.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(["loop"], given.Box.UnwellTasks);
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    public async Task A_loop_that_never_waits_because_it_is_always_late_is_well()
    {
        await using var given = new GivenBox();
        var turns = 0;
        var loop = given.Loop(new LoopScript
        {
            Iterate = _ =>
            {
                // Each turn takes more than its period, and the clock is turned nowhere else.
                given.Time.Advance(TimeSpan.FromSeconds(1));
                if (++turns == 200)
                    throw new TaskStopException();
            },
        });

        loop.Start();
        await loop.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(200, turns);
        Assert.DoesNotContain(given.Box.Alarms.Raised, alarm => alarm.Id == "hung-loop");
    }

    [Fact]
    public async Task Only_the_task_itself_says_that_it_lives()
    {
        await using var given = new GivenBox();
        ScriptedTask? self = null;
        given.Task(task =>
        {
            self = task;
            task.Sleep(Timeout.InfiniteTimeSpan);
        }).Start();
        given.Time.WaitUntilParked();

        Assert.Throws<WrongThreadException>(() => self!.ReportAlive());
    }

    [Fact]
    public async Task A_threshold_that_cannot_be_told_from_a_busy_machine_is_refused_and_nothing_is_made()
    {
        await using var given = new GivenBox();
        var options = new TaskOptions { Health = new TaskHealthOptions { HungAfter = TimeSpan.FromMilliseconds(200) } };

        var refused = Assert.Throws<QmiException>(() => given.Task(_ => { }, options: options));

        Assert.Equal((ErrorCode.BadArgs, "Task task shall count as hung after 0.2 s, the shortest time allowed is 1 s: allow more, or name an infinite time."), (refused.Code, refused.Message));
        Assert.Empty(given.Box.Objects);
    }
}
