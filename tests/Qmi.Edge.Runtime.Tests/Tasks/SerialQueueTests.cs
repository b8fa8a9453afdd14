namespace Qmi.Edge.Runtime.Tests;

public class SerialQueueTests
{
    [Fact]
    public async Task What_is_posted_from_many_threads_runs_one_at_a_time_and_in_order_for_each()
    {
        var queue = new SerialQueue(_ => { });
        var (ran, running, most) = (new List<(int Thread, int Number)>(), 0, 0);

        Parallel.For(0, 4, thread =>
        {
            for (var number = 0; number < 1000; number++)
            {
                var item = (thread, number);
                queue.Post(() =>
                {
                    most = Math.Max(most, Interlocked.Increment(ref running));
                    ran.Add(item);
                    Interlocked.Decrement(ref running);
                });
            }
        });
        await queue.PostAsync(() => { }).WaitAsync(GivenBox.Patience);

        Assert.Equal((4000, 1), (ran.Count, most));
        Assert.All(ran.GroupBy(item => item.Thread), items => Assert.Equal(Enumerable.Range(0, 1000), items.Select(item => item.Number)));
    }

    [Fact]
    public async Task One_that_fails_keeps_nobody_from_its_turn()
    {
        var failures = new List<Exception>();
        var queue = new SerialQueue(failures.Add);

        queue.Post(() => throw new InvalidOperationException("first"));
        await Assert.ThrowsAsync<FormatException>(() => queue.PostAsync(() => throw new FormatException("second"))).WaitAsync(GivenBox.Patience);
        await queue.PostAsync(() => { }).WaitAsync(GivenBox.Patience);

        Assert.Equal("first", Assert.Single(failures).Message);
    }
}
