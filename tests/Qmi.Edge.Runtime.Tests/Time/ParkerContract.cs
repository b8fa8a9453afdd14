namespace Qmi.Edge.Runtime.Tests;

/// <summary>What every parker promises, on the clock of the kernel.</summary>
public abstract class ParkerContract
{
    private static readonly TimeSpan Patience = GivenBox.Patience;

    private protected abstract Parker Create();

    [Fact]
    public void A_permit_given_before_ends_the_next_park_at_once()
    {
        var parker = Create();

        parker.Unpark();

        Assert.True(parker.Park(MonotonicTime.Never));
    }

    [Fact]
    public void Several_permits_are_one()
    {
        var parker = Create();

        parker.Unpark();
        parker.Unpark();

        Assert.True(parker.Park(Now));
        Assert.False(parker.Park(Now));
    }

    [Fact]
    public void Without_a_permit_it_waits_until_the_deadline_and_never_less()
    {
        var parker = Create();
        foreach (var microseconds in new[] { 1, 50, 100, 999, 1000, 1001, 5000 })
        {
            for (var round = 0; round < 20; round++)
            {
                var deadline = Now + (microseconds * 1000);

                Assert.False(parker.Park(deadline));

                Assert.True(Now >= deadline, $"{deadline - Now} ns early");
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public async Task A_deadline_in_the_past_does_not_wait(long deadline)
    {
        var parker = Create();

        Assert.False(await Start(() => parker.Park(deadline)).WaitAsync(Patience));
    }

    [Fact]
    public void A_permit_is_taken_also_when_the_deadline_is_past()
    {
        var parker = Create();

        parker.Unpark();

        Assert.True(parker.Park(0));
        Assert.False(parker.Park(0));
    }

    [Theory]
    [InlineData(10.0 / 86400)]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task Another_thread_ends_the_wait_however_far_the_deadline_is(double days)
    {
        var parker = Create();
        var begun = new TaskCompletionSource();
        var parking = Start(() =>
        {
            begun.SetResult();
            return parker.Park(TimeProvider.System.GetDeadline(TimeSpan.FromDays(days)));
        });
        await begun.Task.WaitAsync(Patience);
        await Task.Delay(5);

        parker.Unpark();

        Assert.True(await parking.WaitAsync(Patience));
    }

    [Fact]
    public async Task No_permit_is_lost_while_many_threads_hammer()
    {
        const int Threads = 4, Rounds = 5000;
        var parker = Create();
        var given = 0;
        // As every wait of the runtime: looks, parks, looks again. One lost permit, and it never ends.
        var consuming = Start(() =>
        {
            while (Volatile.Read(ref given) < Threads * Rounds)
                parker.Park(MonotonicTime.Never);
            return true;
        });

        var producing = Enumerable.Range(0, Threads).Select(_ => Start(() =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                Interlocked.Increment(ref given);
                parker.Unpark();
            }

            return true;
        }));
        await Task.WhenAll(producing).WaitAsync(Patience);

        Assert.True(await consuming.WaitAsync(Patience));
    }

    [Fact]
    public async Task Two_threads_hand_over_to_each_other_again_and_again()
    {
        const int Rounds = 5000;
        var (left, right) = (Create(), Create());
        var turn = 0;
        bool Play(Parker own, Parker other, int parity)
        {
            while (true)
            {
                while (Volatile.Read(ref turn) % 2 != parity)
                    own.Park(MonotonicTime.Never);
                var next = Interlocked.Increment(ref turn);
                other.Unpark();
                if (next >= Rounds)
                    return true;
            }
        }

        await Task.WhenAll(Start(() => Play(left, right, 0)), Start(() => Play(right, left, 1))).WaitAsync(Patience);

        Assert.Equal(Rounds + 1, turn);
    }

    private protected static Task<T> Start<T>(Func<T> body) =>
        Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static long Now => TimeProvider.System.GetNanoseconds();
}
