using System.Diagnostics;

namespace Qmi.Edge.Runtime.Tests;

public sealed class FutexParkerTests : ParkerContract
{
    private protected override Parker Create() => new FutexParker();

    [Fact]
    public void It_is_what_waits_on_the_systems_clock() =>
        Assert.IsType<FutexParker>(Parker.Create(TimeProvider.System));

    [Fact]
    [Trait("rule", "RT-2")]
    public void Neither_waiting_nor_waking_allocates()
    {
        var parker = new FutexParker();
        void Use()
        {
            parker.Unpark();
            parker.Park(MonotonicTime.Never);
            parker.Park(TimeProvider.System.GetNanoseconds() + 1000);
        }

        Use();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++)
            Use();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    [Trait("rule", "TASK-4")]
    public void A_stop_reaches_a_waiting_thread_about_as_fast_as_a_monitor_would()
    {
        const int Rounds = 201;
        var parker = new FutexParker();
        var gate = new object();
        var isPulsed = false;
        var (futex, monitor) = (new List<long>(), new List<long>());

        // Both in turn, so that whatever else the machine does, it does to both.
        for (var round = 0; round < Rounds; round++)
        {
            futex.Add(Latency(
                wait: () => parker.Park(MonotonicTime.Never),
                wake: parker.Unpark));
            isPulsed = false;
            monitor.Add(Latency(
                wait: () =>
                {
                    lock (gate)
                    {
                        while (!isPulsed)
                            Monitor.Wait(gate);
                    }
                },
                wake: () =>
                {
                    lock (gate)
                    {
                        isPulsed = true;
                        Monitor.Pulse(gate);
                    }
                }));
        }

        Assert.True(Median(futex) <= 3 * Median(monitor), $"futex {Median(futex)} ns, monitor {Median(monitor)} ns");
    }

    private static long Latency(Action wait, Action wake)
    {
        var woken = 0L;
        var thread = new Thread(() =>
        {
            wait();
            woken = Stopwatch.GetTimestamp();
        });
        thread.Start();
        // Long enough to be asleep by now, most times: the median is not moved by the others.
        Thread.Sleep(1);
        var begun = Stopwatch.GetTimestamp();
        wake();
        thread.Join();
        return woken - begun;
    }

    private static long Median(List<long> values) => values.Order().ElementAt(values.Count / 2);
}
