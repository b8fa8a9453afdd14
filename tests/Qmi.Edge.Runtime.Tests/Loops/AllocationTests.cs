namespace Qmi.Edge.Runtime.Tests;

public class AllocationTests
{
    [Fact]
    [Trait("rule", "RT-2")]
    public async Task A_turn_with_status_and_signals_allocates_nothing()
    {
        const int Warm = 2_000;
        const int Measured = 10_000;
        await using var given = new GivenBox(TimeProvider.System, isQuiet: true);
        var observer = new CountingObserver();
        given.Box.AddObserver(observer);
        var (before, after) = (0L, -1L);
        var task = given.Loop(new LoopScript
        {
            Period = TimeSpan.FromMicroseconds(100),
            Policy = MissedLoopPolicy.Skip,
            Iterate = self =>
            {
                if (self.Turn == Warm)
                    before = GC.GetAllocatedBytesForCurrentThread();
                if (self.Turn != Warm + Measured)
                    return;
                after = GC.GetAllocatedBytesForCurrentThread();
                throw new TaskStopException();
            },
            UpdateStatus = self =>
            {
                self.SetStatus(new TestStatus(self.Turn, self.Settings.Rate));
                return true;
            },
            PublishSignals = self => self.Signals.Publish(self.Turn),
        });
        var ticks = new SignalReceiver<double>(100);
        var status = new SignalReceiver<TestStatus>(100);
        task.Ticked.Subscribe(ticks);
        task.StatusUpdated.Subscribe(status);

        task.Start();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(0, after - before);
        Assert.True(observer.Changes > Measured);
    }

    [Fact]
    [Trait("rule", "RT-2")]
    [Trait("rule", "LOOP-13")]
    public async Task Ten_million_turns_with_misses_statistics_status_and_signals_allocate_nothing()
    {
        const int Warm = 200_000;
        const int Measured = 10_000_000;
        var time = new SteppingTime("loop");
        await using var given = new GivenBox(time, isQuiet: true);
        var (before, after) = (0L, -1L);
        var task = given.Loop(new LoopScript
        {
            Period = TimeSpan.FromMilliseconds(1),
            Policy = MissedLoopPolicy.Skip,
            Iterate = self =>
            {
                // Every thousandth misses its deadline, so that misses are told and rests of ten seconds are not.
                time.Step(TimeSpan.FromTicks(self.Turn % 1_000 == 0 ? 15_000 : self.Turn % 9_000));
                if (self.Turn == Warm)
                    before = GC.GetAllocatedBytesForCurrentThread();
                if (self.Turn != Warm + Measured)
                    return;
                after = GC.GetAllocatedBytesForCurrentThread();
                throw new TaskStopException();
            },
            UpdateStatus = self =>
            {
                self.SetStatus(new TestStatus(self.Turn, self.Settings.Rate));
                return true;
            },
            PublishSignals = self => self.Signals.Publish(self.Turn),
        });
        var (ticks, missed) = (new SignalReceiver<double>(100), new SignalReceiver<LoopMiss>(100));
        task.Ticked.Subscribe(ticks);
        task.LoopMissed.Subscribe(missed);

        task.Start();
        await task.JoinAsync().WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(0, after - before);
        var statistics = task.GetLoopStatistics()!.Value;
        Assert.Equal((Warm + Measured, (Warm + Measured) / 1_000), (statistics.Turns, statistics.Misses));
    }

    private sealed class CountingObserver : IBoxObserver
    {
        public int Changes;

        public void OnAdded(RpcObject target)
        {
        }

        public void OnRemoved(RpcObject target)
        {
        }

        public void OnChanged(RpcObject target, ObjectAspect aspect) => Changes++;

        public void OnAlarm(string id)
        {
        }
    }
}
