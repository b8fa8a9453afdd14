using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

// Locks.
public abstract partial class ProxyContract
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(150);

    [Fact]
    public async Task A_lock_belongs_to_the_proxy_that_took_it()
    {
        var first = MakeMeter();
        var (second, third) = (Get<MeterProxy>(first.Name), GetElsewhere<MeterProxy>(first.Name));

        Assert.True(first.Lock());
        Assert.True(await third.IsLockedAsync(Cancellation));
        Assert.False(second.Lock());
        Assert.False(await third.TryLockAsync(cancellationToken: Cancellation));
        first.SetValue(1);
        Assert.Equal(ErrorCode.Locked, Assert.ThrowsAny<QmiException>(() => second.SetValue(2)).Code);
        Assert.Equal(ErrorCode.Locked, (await FailsAsync(() => third.SetValueAsync(2, Cancellation))).Code);
        Assert.True(first.Unlock());
        Assert.False(second.IsLocked());
        second.SetValue(3);
        Assert.Equal(3, first.GetValue());
    }

    [Fact]
    public async Task A_token_of_ones_own_lets_another_proxy_reclaim_the_lock()
    {
        var first = MakeMeter();
        var second = Get<MeterProxy>(first.Name);

        Assert.True(first.Lock(token: "my own token"));
        Assert.False(second.Lock(token: "another token"));
        Assert.True(await second.TryLockAsync(token: "my own token", cancellationToken: Cancellation));
        second.SetValue(1);
        Assert.True(await second.UnlockAsync(cancellationToken: Cancellation));
        Assert.False(first.IsLocked());
    }

    [Fact]
    public async Task Locking_again_is_true_and_a_foreign_token_unlocks_nothing()
    {
        var first = MakeMeter();
        var other = GetElsewhere<MeterProxy>(first.Name);

        Assert.True(other.Unlock());
        Assert.True(first.Lock());
        Assert.True(first.Lock());
        Assert.False(other.Unlock());
        Assert.False(await other.UnlockAsync("a guess, no more", Cancellation));
        Assert.True(first.IsLocked());
    }

    [Fact]
    [Trait("rule", "MQTT-2.5.3")]
    public async Task Who_waits_for_a_lock_gets_it_by_the_release_or_is_denied_at_the_timeout()
    {
        var first = MakeMeter();
        var other = GetElsewhere<MeterProxy>(first.Name);
        first.Lock();

        Assert.False(await other.TryLockAsync(Moment, cancellationToken: Cancellation));
        var waiting = Task.Run(() => other.Lock(TimeSpan.FromMilliseconds(900)), Cancellation);
        await UntilAsync(() => Task.FromResult(Box.FindObject(first.Name)!.Lock.Waiters == 1), "somebody waits");
        Assert.True(first.Unlock());

        Assert.True(await waiting.WaitAsync(Patience, Cancellation));
        Assert.Equal(ErrorCode.Locked, Assert.ThrowsAny<QmiException>(() => first.SetValue(1)).Code);
        Assert.True(other.Unlock());
    }

    [Fact]
    public async Task A_lock_can_be_taken_away_and_its_owner_is_told()
    {
        var first = MakeMeter();
        var other = GetElsewhere<MeterProxy>(first.Name);
        first.Lock();

        Assert.True(other.ForceUnlock("smoke in the lab"));
        var error = Assert.ThrowsAny<QmiException>(() => first.SetValue(1));
        Assert.False(await other.ForceUnlockAsync("smoke in the lab", Cancellation));

        Assert.Equal((ErrorCode.LockLost, Executed.No, "smoke in the lab"), (error.Code, error.Executed, error.Details["reason"]));
        Assert.Equal(0, other.GetValue());
        Assert.True(first.Lock());
        first.SetValue(1);
    }

    [Fact]
    [Trait("rule", "MQTT-2.5.4")]
    public async Task A_locked_task_answers_reads_and_can_be_stopped_in_an_emergency()
    {
        var worker = MakeWorker(self => self.Sleep(Timeout.InfiniteTimeSpan));
        var other = GetElsewhere<WorkerProxy>(worker.Name);
        worker.Start();
        await using var held = await worker.LockAsync(note: "alignment", cancellationToken: Cancellation);

        Assert.Equal(default, other.GetStatus());
        Assert.Equal(10, other.GetSettings().Rate);
        Assert.True(other.IsRunning());
        foreach (var call in new Action[] { () => other.Count(), () => other.Stop(), () => other.SetSettings(new()), () => other.ConfigureLoop(), other.Start })
            Assert.Equal((ErrorCode.Locked, Executed.No), Assert.ThrowsAny<QmiException>(call) is var error ? (error.Code, error.Executed) : default);

        other.Stop("smoke");
        await other.JoinAsync(Patience, Cancellation);
    }

    [Fact]
    public async Task A_scope_holds_the_lock_until_it_is_disposed()
    {
        var first = MakeMeter();
        var other = GetElsewhere<MeterProxy>(first.Name);

        ulong fence;
        await using (var held = await first.LockAsync(note: "alignment", cancellationToken: Cancellation))
        {
            fence = held.Fence;
            first.SetValue(1);
            Assert.Equal(0, first.Reset());
            var denied = await FailsAsync(() => other.LockAsync(Moment, cancellationToken: Cancellation));
            Assert.Equal((ErrorCode.Locked, Executed.No, "alignment"), (denied.Code, denied.Executed, denied.Details["note"]));
            Assert.Equal(first.Channel.Caller.Name, denied.Details["owner"]);
            Assert.False(held.Lost.IsCancellationRequested);
        }

        Assert.False(first.IsLocked());
        await using var next = await other.LockAsync(cancellationToken: Cancellation);
        Assert.True(next.Fence > fence);
        Assert.Equal(ErrorCode.Locked, (await FailsAsync(() => first.SetValueAsync(2, Cancellation))).Code);
    }

    [Fact]
    public async Task Scopes_of_one_proxy_share_its_lock()
    {
        var meter = MakeMeter();
        var outer = await meter.LockAsync(cancellationToken: Cancellation);

        await using (var inner = await meter.LockAsync(cancellationToken: Cancellation))
            Assert.Equal(outer.Fence, inner.Fence);

        Assert.True(meter.IsLocked());
        await outer.DisposeAsync();
        await outer.DisposeAsync();
        Assert.False(meter.IsLocked());
        Assert.False(outer.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_scope_tells_at_once_that_its_lock_was_taken_away()
    {
        var meter = MakeMeter();
        await using var held = await meter.LockAsync(cancellationToken: Cancellation);
        var lost = new TaskCompletionSource();
        held.Lost.Register(lost.SetResult);

        Assert.True(GetElsewhere<MeterProxy>(meter.Name).ForceUnlock("smoke in the lab"));

        // Long before the lease, or a renewal of it.
        await lost.Task.WaitAsync(TimeSpan.FromSeconds(5), Cancellation);
    }

    [Fact]
    public void A_method_that_needs_the_lock_is_refused_without()
    {
        var meter = MakeMeter();

        Assert.Equal((ErrorCode.LockRequired, Executed.No), Assert.ThrowsAny<QmiException>(() => meter.Reset()) is var error ? (error.Code, error.Executed) : default);
        Assert.True(meter.Lock());
        Assert.Equal(0, meter.Reset());
        Assert.True(meter.Unlock());
    }
}
