namespace Qmi.Edge.Runtime.Tests;

public class SpinTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Spin = TimeSpan.FromMicroseconds(100);

    [Fact]
    [Trait("rule", "RT-1")]
    public async Task A_loop_that_spins_sleeps_until_shortly_before_its_slot_and_begins_its_turn_in_the_slot()
    {
        await using var given = new GivenBox();
        var starts = new List<long>();
        using var turned = new AutoResetEvent(false);
        var task = Start(given, self =>
        {
            starts.Add(given.Time.Now);
            turned.Set();
        });
        Assert.True(turned.WaitOne(GivenBox.Patience));

        given.Time.AdvanceParked(Period - Spin - TimeSpan.FromMicroseconds(1));
        given.Time.WaitUntilParked();
        given.Time.Advance(TimeSpan.FromMicroseconds(1));
        // Now it watches the clock, which stands just before the slot.
        Assert.False(turned.WaitOne(TimeSpan.FromMilliseconds(50)));
        given.Time.Advance(Spin);

        Assert.True(turned.WaitOne(GivenBox.Patience));
        Assert.Equal(MonotonicTime.ToNanoseconds(Period), starts[1] - starts[0]);
        task.Stop();
    }

    [Fact]
    [Trait("rule", "LOOP-9")]
    [Trait("rule", "RT-1")]
    public async Task A_stop_request_ends_the_spin_at_once()
    {
        await using var given = new GivenBox();
        var turns = 0;
        var task = Start(given, _ => turns++);
        given.Time.AdvanceParked(Period - Spin);

        task.Stop();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal((1, StopReason.Requested), (turns, task.Life.Reason));
    }

    [Fact]
    public async Task A_loop_never_spins_longer_than_half_its_period()
    {
        await using var given = new GivenBox();
        var task = given.Loop(new LoopScript { Period = Period }, options: new TaskOptions { Spin = Spin });
        var loop = ((QmiTaskRunner)given.Box.FindObject("loop")!).Loop!;

        Assert.Equal(MonotonicTime.ToNanoseconds(Spin), loop.Spin);
        loop.Change(TimeSpan.FromMicroseconds(120), null);
        Assert.Equal(60_000, loop.Spin);
        task.Stop();
    }

    [Fact]
    public async Task A_task_without_a_loop_cannot_be_given_a_spin()
    {
        await using var given = new GivenBox();

        var error = Assert.Throws<TaskInitException>(() => given.Task(_ => { }, "plain", new TaskOptions { Spin = Spin }));

        Assert.Equal("Task plain could not be constructed: Task plain has no loop: take its period, its missed-loop policy and its spin away.", error.Message);
    }

    private static TestTaskProxy Start(GivenBox given, Action<ScriptedLoop> iterate)
    {
        var task = given.Loop(new LoopScript { Period = Period, Iterate = iterate }, options: new TaskOptions { Spin = Spin });
        task.Start();
        return task;
    }
}
