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
