namespace Qmi.Edge.Runtime.Tests;

public class SettingsTests
{
    [Fact]
    [Trait("rule", "SET-1")]
    public async Task Pushed_settings_are_pending_until_the_task_updates_and_then_in_effect()
    {
        await using var given = new GivenBox();
        var updated = new List<bool>();
        var task = given.Task(self =>
        {
            updated.Add(self.UpdateSettings());
            updated.Add(self.UpdateSettings());
        });

        task.SetSettings(new TestSettings { Rate = 50 });
        Assert.Equal((50, 10), (task.GetPendingSettings()!.Rate, task.GetSettings().Rate));
        task.Start();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal([true, false], updated);
        Assert.Equal(50, task.GetSettings().Rate);
        Assert.Null(task.GetPendingSettings());
    }

    [Fact]
    [Trait("rule", "SET-1")]
    [Trait("rule", "SIG-4")]
    public async Task Adopted_settings_are_published()
    {
        await using var given = new GivenBox();
        var task = given.Task(self => self.UpdateSettings());
        var receiver = new SignalReceiver<TestSettings>();
        task.SettingsUpdated.Subscribe(receiver);

        task.SetSettings(new TestSettings { Rate = 50 });
        task.Start();

        Assert.Equal(50, receiver.GetNextSignal(GivenBox.Patience).Value.Rate);
    }

    [Fact]
    [Trait("rule", "SET-1")]
    public async Task An_overwritten_push_is_told_that_it_was_superseded()
    {
        await using var given = new GivenBox();
        var task = given.Task(self => self.UpdateSettings());

        var first = task.SetSettings(new TestSettings { Rate = 20 });
        var second = task.SetSettings(new TestSettings { Rate = 30 });
        task.Start();

        Assert.Equal(SettingsResult.Superseded, (await first.Outcome.WaitAsync(GivenBox.Patience)).Result);
        Assert.Equal(SettingsResult.Applied, (await second.Outcome.WaitAsync(GivenBox.Patience)).Result);
        Assert.Equal(30, task.GetSettings().Rate);
    }

    [Fact]
    [Trait("rule", "SET-2")]
    public async Task Every_accepted_push_gets_the_next_revision_and_a_refused_one_gets_none()
    {
        await using var given = new GivenBox();
        var task = given.Task(_ => { });

        Assert.Equal(1, task.SetSettings(new TestSettings { Rate = 20 }).Revision);
        Assert.Throws<QmiException>(() => task.SetSettings(new TestSettings { Rate = 0 }));
        Assert.Equal(2, task.SetSettings(new TestSettings { Rate = 30 }).Revision);
    }

    [Fact]
    [Trait("rule", "SET-3")]
    public async Task All_errors_are_reported_at_once_with_their_pointers_and_nothing_is_applied()
    {
        await using var given = new GivenBox();
        var task = given.Task(self => self.UpdateSettings());

        var error = Assert.Throws<QmiException>(() => task.SetSettings(new TestSettings { Rate = 0, Name = "much too long" }));

        Assert.Equal(ErrorCode.BadArgs, error.Code);
        Assert.Equal(["/rate", "/name"], error.Violations.Select(violation => violation.Path));
        Assert.Null(task.GetPendingSettings());
    }

    [Fact]
    [Trait("rule", "SET-3")]
    public async Task The_task_itself_may_refuse_settings()
    {
        await using var given = new GivenBox();
        var task = given.Loop(new LoopScript { Validate = (settings, errors) => errors.Add("/rate", $"{settings.Rate} Hz hits a resonance.") });

        var error = Assert.Throws<QmiException>(() => task.SetSettings(new TestSettings { Rate = 33 }));

        Assert.Contains("resonance", error.Message);
    }

    [Fact]
    [Trait("rule", "SET-4")]
    public async Task A_push_wakes_nothing_and_takes_effect_at_the_next_turn_which_the_outcome_names()
    {
        await using var given = new GivenBox();
        var task = given.Loop(new LoopScript { Period = TimeSpan.FromSeconds(1) });
        task.Start();
        given.Time.WaitUntilParked();

        var push = task.SetSettings(new TestSettings { Rate = 50 });
        Assert.False(push.Outcome.IsCompleted);
        Assert.Equal(1, task.GetLoopStatistics()!.Value.Turns);
        given.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, (await push.Outcome.WaitAsync(GivenBox.Patience)).Turn);
    }

    [Fact]
    [Trait("rule", "SET-6")]
    public async Task When_ProcessNewSettings_throws_the_old_values_stay_the_push_fails_and_the_task_lives_on()
    {
        await using var given = new GivenBox();
        var seen = new List<double>();
        var task = given.Loop(new LoopScript
        {
            Period = TimeSpan.FromSeconds(1),
            ProcessNewSettings = self =>
            {
                if (self.Settings.Rate == 66)
                    throw new InvalidOperationException("valve refuses");
            },
            Iterate = self => seen.Add(self.Settings.Rate),
        });
        var receiver = new SignalReceiver<TestSettings>();
        task.SettingsUpdated.Subscribe(receiver);
        task.Start();
        given.Time.WaitUntilParked();

        var bad = task.SetSettings(new TestSettings { Rate = 66 });
        given.Time.Advance(TimeSpan.FromSeconds(1));
        var outcome = await bad.Outcome.WaitAsync(GivenBox.Patience);
        given.Time.WaitUntilParked();
        var good = task.SetSettings(new TestSettings { Rate = 50 });
        given.Time.Advance(TimeSpan.FromSeconds(1));
        await good.Outcome.WaitAsync(GivenBox.Patience);
        given.Time.WaitUntilParked();

        Assert.Equal(SettingsResult.Failed, outcome.Result);
        Assert.Contains("valve refuses", outcome.Error!.Message);
        Assert.Equal([10, 10, 50], seen);
        Assert.Equal(TaskState.Running, task.Life.State);
        Assert.Equal(50, receiver.GetNextSignal(GivenBox.Patience).Value.Rate);
    }

    [Fact]
    [Trait("rule", "SET-2")]
    public async Task Of_two_pushes_with_the_same_base_revision_exactly_one_is_accepted()
    {
        await using var given = new GivenBox();
        given.Task(_ => { });
        var runner = (QmiTaskRunner<TestSettings, TestStatus>)given.Box.FindObject("task")!;

        for (var round = 0; round < 200; round++)
        {
            var head = runner.HeadRevision;
            var accepted = 0;
            Parallel.For(0, 2, caller =>
            {
                try
                {
                    runner.PushSettings(new TestSettings { Rate = 1 + caller }, new SettingsPusher(new Caller($"caller-{caller}"), null, PushRoad.Call, runner.TakePushOrder()), head);
                    Interlocked.Increment(ref accepted);
                }
                catch (QmiException exception) when (exception.Code == ErrorCode.Conflict)
                {
                }
            });
            Assert.Equal((1, head + 1), (accepted, runner.HeadRevision));
        }
    }

    [Fact]
    [Trait("rule", "SET-1")]
    public async Task Two_partial_pushes_at_the_same_time_lose_nothing_of_each_other()
    {
        await using var given = new GivenBox();
        given.Task(_ => { });
        var runner = (QmiTaskRunner<TestSettings, TestStatus>)given.Box.FindObject("task")!;

        for (var round = 1; round <= 100; round++)
        {
            string[] parts = [$$"""{"rate":{{round}}}""", $$"""{"name":"n{{round}}"}"""];
            Parallel.ForEach(parts, part => runner.PushSettings(new SettingsPushBody(CallTests.Json(part), Replace: false, BaseRevision: null), Caller.Local, null));
            Assert.Equal(new TestSettings { Rate = round, Name = $"n{round}" }, runner.GetPendingSettings());
        }
    }

    [Fact]
    [Trait("rule", "SET-1")]
    public async Task At_no_moment_is_a_push_neither_waiting_nor_in_effect()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var task = given.Task(self =>
        {
            while (!self.StopRequested)
                self.UpdateSettings();
        });
        var slot = ((QmiTaskRunner<TestSettings, TestStatus>)given.Box.FindObject("task")!).Settings.Slot;
        task.Start();

        for (var round = 0; round < 20_000; round++)
        {
            var revision = task.SetSettings(new TestSettings()).Revision;
            Assert.Equal(revision, (slot.NotYetInEffect?.Entry ?? slot.Reported!).Revision);
        }
    }

    [Fact]
    [Trait("rule", "AUDIT-1")]
    public async Task Every_push_is_audited_with_old_and_new_values_or_the_reason_of_its_refusal()
    {
        await using var given = new GivenBox();
        var task = given.Task(_ => { });

        task.SetSettings(new TestSettings { Rate = 20 });
        Record.Exception(() => task.SetSettings(new TestSettings { Rate = 0 }));

        var (good, bad) = (given.Audit.Entries[0], given.Audit.Entries[1]);
        Assert.Equal(("_local", "task", "set_settings"), (good.Caller, good.Object, good.Action));
        Assert.Equal(("""{"rate":10,"name":""}""", """{"rate":20,"name":""}""", null), (good.Old, good.New, good.Error));
        Assert.Contains("smallest allowed is 1", bad.Error);
    }

    [Fact]
    public async Task A_reader_never_sees_half_of_a_struct_status()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var task = given.Task(self =>
        {
            for (var turn = 0L; !self.StopRequested; turn++)
                self.Status = new TestStatus(turn, turn);
        });
        task.Start();

        for (var read = 0; read < 200_000; read++)
        {
            var status = task.GetStatus();
            Assert.Equal(status.Turn, (long)status.Rate);
        }
    }
}
