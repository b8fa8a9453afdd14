using System.Collections.Concurrent;

namespace Qmi.Edge.Runtime.Tests;

public class CallWorkersTests
{
    [Fact]
    [Trait("rule", "RPC-2")]
    public async Task Instruments_that_block_delay_no_other_however_many_there_are()
    {
        const int Blocking = 100;
        await using var given = new GivenBox();
        using var begun = new CountdownEvent(Blocking);
        using var release = new ManualResetEventSlim();
        var blocked = Enumerable.Range(0, Blocking).Select(index => given.Instrument(
            argument =>
            {
                begun.Signal();
                release.Wait();
                return argument;
            },
            $"blocking{index}").RunAsync(index)).ToArray();
        var other = given.Instrument(argument => argument, "other");

        // The pool of the framework would add a thread every half second or so.
        Assert.True(begun.Wait(GivenBox.Patience));
        Assert.Equal(1, await other.RunAsync(1).WaitAsync(GivenBox.Patience));

        Assert.DoesNotContain(blocked, call => call.IsCompleted);
        release.Set();
        await Task.WhenAll(blocked).WaitAsync(GivenBox.Patience);
    }

    [Fact]
    public async Task Whoever_blocks_in_a_call_keeps_no_thread_of_the_pool()
    {
        await using var given = new GivenBox();
        var isOfPool = true;
        var instrument = given.Instrument(_ =>
        {
            isOfPool = Thread.CurrentThread.IsThreadPoolThread;
            return 0;
        });

        await instrument.RunAsync(1).WaitAsync(GivenBox.Patience);

        Assert.False(isOfPool);
    }

    [Fact]
    public void Two_who_call_without_a_pause_lose_no_call()
    {
        const int Calls = 10_000;
        // What one takes and the other gives back are the same workers.
        Parallel.For(0, 2, _ =>
        {
            using var done = new SemaphoreSlim(0);
            for (var call = 0; call < Calls; call++)
            {
                CallWorkers.Shared.Run(new Doing(() => done.Release()));
                Assert.True(done.Wait(GivenBox.Patience), $"Call {call} was not run.");
            }
        });
    }

    [Fact]
    public void Workers_that_have_nothing_to_do_retire_but_for_one_which_still_works()
    {
        const int Many = 8;
        var workers = new CallWorkers(patience: TimeSpan.FromMilliseconds(20));
        using var together = new Barrier(Many + 1);
        var threads = new ConcurrentBag<Thread>();
        for (var number = 0; number < Many; number++)
        {
            workers.Run(new Doing(() =>
            {
                threads.Add(Thread.CurrentThread);
                together.SignalAndWait(GivenBox.Patience);
            }));
        }

        Assert.True(together.SignalAndWait(GivenBox.Patience));
        Assert.True(SpinWait.SpinUntil(() => threads.Count(thread => thread.IsAlive) == 1 && workers.Idle == 1, GivenBox.Patience));

        Thread? last = null;
        using var done = new ManualResetEventSlim();
        workers.Run(new Doing(() =>
        {
            last = Thread.CurrentThread;
            done.Set();
        }));
        Assert.True(done.Wait(GivenBox.Patience));
        Assert.Contains(last, threads);
    }

    private sealed class Doing(Action action) : LaneEntry.Work
    {
        public override void Execute() => action();

        public override void Refuse(QmiException reason) => throw reason;
    }
}
