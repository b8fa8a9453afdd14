using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

// Settings and status.
public abstract partial class ProxyContract
{
    [Fact]
    public async Task Settings_wait_until_the_task_takes_them()
    {
        using var take = new SemaphoreSlim(0);
        using var taken = new SemaphoreSlim(0);
        var worker = MakeWorker(self =>
        {
            take.Wait(Patience);
            self.UpdateSettings();
            taken.Release();
            self.Sleep(Timeout.InfiniteTimeSpan);
        });
        var updated = new SignalReceiver<WorkerSettings>();
        worker.SettingsUpdated.Subscribe(updated);
        worker.Start();
        Assert.Null(worker.GetPendingSettings());

        var push = worker.SetSettings(new WorkerSettings { Rate = 20, Label = "night" });
        Assert.Equal((1, false), (push.Revision, push.Outcome.IsCompleted));
        Assert.Equal(20, (await worker.GetPendingSettingsAsync(Cancellation))!.Rate);
        Assert.Equal(10, (await worker.GetSettingsAsync(Cancellation)).Rate);
        take.Release();
        Assert.True(await taken.WaitAsync(Patience, Cancellation));

        Assert.Equal(new SettingsOutcome(SettingsResult.Applied, 1), await push.Outcome.WaitAsync(Patience, Cancellation));
        Assert.Null(worker.GetPendingSettings());
        Assert.Equal(new WorkerSettings { Rate = 20, Label = "night" }, worker.GetSettings());
        Assert.Equal("night", updated.GetNextSignal(Patience).Value.Label);
    }

    [Fact]
    public async Task Settings_that_are_overtaken_are_told_so()
    {
        var worker = MakeWorker(self =>
        {
            self.UpdateSettings();
            self.Sleep(Timeout.InfiniteTimeSpan);
        });

        var first = worker.SetSettings(new WorkerSettings { Rate = 20 });
        var second = GetElsewhere<WorkerProxy>(worker.Name).SetSettings(new WorkerSettings { Rate = 30 });
        worker.Start();

        Assert.Equal(SettingsResult.Superseded, (await first.Outcome.WaitAsync(Patience, Cancellation)).Result);
        Assert.Equal((SettingsResult.Applied, 2), ((await second.Outcome.WaitAsync(Patience, Cancellation)).Result, second.Revision));
        Assert.Equal(30, worker.GetSettings().Rate);
    }

    [Fact]
    public async Task Refused_settings_are_told_with_everything_that_is_wrong_and_change_nothing()
    {
        var worker = MakeWorker(_ => { });

        var error = await FailsAsync(() => worker.SetSettingsAsync(new WorkerSettings { Rate = 0, Label = "much too long" }, Cancellation));

        Assert.Equal((ErrorCode.BadArgs, Executed.No), (error.Code, error.Executed));
        Assert.Equal(["/label maxLength", "/rate minimum"], error.Violations.Select(violation => $"{violation.Path} {violation.Code}").Order(StringComparer.Ordinal));
        Assert.Null(worker.GetPendingSettings());
    }

    [Fact]
    public async Task A_loop_tells_at_which_turn_it_has_adopted_settings()
    {
        var ticker = MakeTicker();
        ticker.Start();

        var outcome = await ticker.SetSettingsAsync(new TickerSettings { Amplitude = 2.5 }, Cancellation).WaitAsync(Patience, Cancellation);

        Assert.Equal((SettingsResult.Applied, 1), (outcome.Result, outcome.Revision));
        Assert.NotNull(outcome.Turn);
        Assert.Equal(2.5, ticker.GetSettings().Amplitude);
    }

    [Fact]
    public async Task Settings_that_the_task_cannot_adopt_have_failed_and_the_old_ones_stay()
    {
        var ticker = MakeTicker(new Script { Adopt = settings => throw new InvalidOperationException($"{settings.Amplitude} is too much") });
        ticker.Start();

        var outcome = await ticker.SetSettingsAsync(new TickerSettings { Amplitude = 99 }, Cancellation).WaitAsync(Patience, Cancellation);

        Assert.Equal(SettingsResult.Failed, outcome.Result);
        Assert.Contains("99 is too much", outcome.Error!.Message);
        Assert.Equal(1, ticker.GetSettings().Amplitude);
        Assert.True(ticker.IsRunning());
    }

    [Fact]
    public async Task What_the_task_does_is_its_status_and_its_changes_are_signals()
    {
        using var go = new SemaphoreSlim(0);
        var worker = MakeWorker(self =>
        {
            for (var step = 1; step <= 2; step++)
            {
                go.Wait(Patience);
                self.Status = new WorkerStatus(step, $"step {step}");
            }
        });
        Assert.Equal(default, worker.GetStatus());
        var updated = new SignalReceiver<WorkerStatus>();
        worker.StatusUpdated.Subscribe(updated);
        worker.Start();

        foreach (var step in new[] { 1L, 2L })
        {
            go.Release();
            Assert.Equal(new WorkerStatus(step, $"step {step}"), updated.GetNextSignal(Patience).Value);
        }

        await worker.JoinAsync(Patience, Cancellation);
        Assert.Equal(new WorkerStatus(2, "step 2"), await worker.GetStatusAsync(Cancellation));
    }

    [Fact]
    public async Task A_task_runner_of_ones_own_has_methods_of_its_own()
    {
        var worker = MakeWorker(_ => { });

        Assert.Equal(1, worker.Count());
        Assert.Equal(6, await worker.CountAsync(5, Cancellation));
        Assert.Null(worker.Describe(1.5, Mode.Coarse));
        var sample = await worker.DescribeAsync(1.5, Mode.VeryFine, [3, 2], Cancellation);
        Assert.Equal((1.5, "3 2"), (sample!.Value, string.Join(' ', sample.Tags)));
        worker.SetRate(50);
        Assert.Equal(50, worker.GetPendingSettings()!.Rate);
    }
}
