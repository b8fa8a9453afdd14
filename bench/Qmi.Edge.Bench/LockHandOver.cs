using System.Diagnostics;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>
/// Two threads pass the lock of one instrument to each other: from one's unlock to the other's return from lock. Beside it two threads
/// that pass a <see cref="SemaphoreSlim"/>, taken in turns.
/// </summary>
internal static class LockHandOver
{
    private const int Rounds = 20;
    private const int HandOversPerRound = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static int Run()
    {
        var box = new EdgeBox("bench");
        box.MakeInstrument<EmptyInstrument>("device");
        var locked = new Samples(Rounds * HandOversPerRound);
        var semaphore = new Samples(Rounds * HandOversPerRound);
        for (var round = -1; round < Rounds; round++)
        {
            using var slim = new SemaphoreSlim(1);
            var (mine, others) = (box.GetProxy<EmptyInstrumentProxy>("device"), box.GetProxy<EmptyInstrumentProxy>("device"));
            Pass(locked, round, (Take: Of(mine), Give: () => mine.Unlock()), (Take: Of(others), Give: () => others.Unlock()), () => box.FindObject("device")!.Lock.Waiters > 0);
            Pass(semaphore, round, (Take: Of(slim), Give: () => slim.Release()), (Take: Of(slim), Give: () => slim.Release()), static () => true);
        }

        locked.Print("lock_hand_over");
        semaphore.Print("lock_semaphore");
        box.DisposeAsync().AsTask().Wait();
        return 0;
    }

    private static Action Of(EmptyInstrumentProxy proxy) => () => Require(proxy.Lock(Patience));

    private static Action Of(SemaphoreSlim semaphore) => () => Require(semaphore.Wait(Patience));

    private static void Require(bool taken)
    {
        if (!taken)
            throw new TimeoutException("Nobody gave the lock away.");
    }

    private static void Pass(Samples samples, int round, (Action Take, Action Give) first, (Action Take, Action Give) second, Func<bool> hasWaiter)
    {
        using var isHeld = new SemaphoreSlim(0);
        using var isWaiting = new SemaphoreSlim(0);
        var given = 0L;
        var taker = new Thread(() =>
        {
            for (var index = 0; index < HandOversPerRound; index++)
            {
                isHeld.Wait();
                isWaiting.Release();
                second.Take();
                var taken = Stopwatch.GetTimestamp();
                if (round >= 0)
                    samples.Add(taken - Volatile.Read(ref given));
                second.Give();
                isWaiting.Release();
            }
        });
        taker.Start();
        for (var index = 0; index < HandOversPerRound; index++)
        {
            first.Take();
            isHeld.Release();
            isWaiting.Wait();
            // Long enough for the other thread to have gone to sleep.
            while (!hasWaiter())
                Thread.Yield();
            Thread.Sleep(1);
            Volatile.Write(ref given, Stopwatch.GetTimestamp());
            first.Give();
            isWaiting.Wait();
        }

        taker.Join();
    }
}
