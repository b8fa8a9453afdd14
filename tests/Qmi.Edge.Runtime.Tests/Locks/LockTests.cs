namespace Qmi.Edge.Runtime.Tests;

public class LockTests
{
    private static readonly Caller Alice = new("alice");
    private static readonly Caller Bob = new("bob");

    [Fact]
    [Trait("rule", "LOCK-1")]
    public async Task A_lock_belongs_to_the_proxy_that_took_it()
    {
        await using var given = new GivenBox();
        var (first, second) = Two(given);

        Assert.True(first.Lock());
        Assert.True(second.IsLocked());
        Assert.False(second.Lock());
        Assert.Equal(1, first.Run(1));
        Assert.Equal(ErrorCode.Locked, Assert.Throws<QmiException>(() => second.Run(1)).Code);
        Assert.True(first.Unlock());
        Assert.Equal(1, second.Run(1));
    }

    [Fact]
    [Trait("rule", "LOCK-1")]
    public async Task A_token_of_ones_own_lets_another_proxy_reclaim_the_lock()
    {
        await using var given = new GivenBox();
        var (first, second) = Two(given);

        Assert.True(first.Lock(token: "my own token"));
        Assert.False(second.Lock(token: "another token"));
        Assert.True(second.Lock(token: "my own token"));
        Assert.Equal(1, second.Run(1));
        Assert.True(second.Unlock());
        Assert.False(first.IsLocked());
    }

    [Fact]
    [Trait("rule", "LOCK-1")]
    public void Tokens_are_random_and_of_128_bits()
    {
        var tokens = Enumerable.Range(0, 1000).Select(_ => LockToken.Create()).ToHashSet();

        Assert.Equal(1000, tokens.Count);
        Assert.All(tokens, token => Assert.Equal(32, token.Length));
    }

    [Fact]
    [Trait("rule", "LOCK-2")]
    public async Task Locking_again_by_the_owner_is_true_and_unlocking_what_is_not_locked_is_true()
    {
        await using var given = new GivenBox();
        var (first, second) = Two(given);

        Assert.True(second.Unlock());
        Assert.True(first.Lock());
        Assert.True(first.Lock());
        Assert.False(second.Unlock());
        Assert.False(second.Unlock("a guess"));
        Assert.True(first.IsLocked());
    }

    [Fact]
    [Trait("rule", "LOCK-3")]
    [Trait("rule", "MQTT-2.5.3")]
    [Trait("rule", "MQTT-3.17")]
    public async Task Waiters_are_granted_in_order_by_the_release_itself()
    {
        await using var given = new GivenBox();
        given.Instrument(argument => argument);
        var target = given.Box.FindObject("instrument")!.Lock;
        target.TryAcquire(new LockRequest(Alice, "alices token"), TimeSpan.Zero);
        var order = new List<int>();
        var waiters = Enumerable.Range(0, 5).Select(index => Wait(index)).ToArray();
        async Task Wait(int index)
        {
            await target.AcquireAsync(new LockRequest(Bob, $"token {index}"), Timeout.InfiniteTimeSpan);
            lock (order)
                order.Add(index);
            target.Release(Bob, $"token {index}");
        }

        target.Release(Alice, "alices token");
        await Task.WhenAll(waiters).WaitAsync(GivenBox.Patience);

        Assert.Equal([0, 1, 2, 3, 4], order);
        Assert.Equal(0, given.Time.Now);
        Assert.Equal(6ul, target.Fence);
    }

    [Fact]
    [Trait("rule", "LOCK-3")]
    public async Task A_waiter_gives_up_exactly_at_its_timeout_and_is_not_granted_later()
    {
        await using var given = new GivenBox();
        var (first, second) = Two(given);
        first.Lock();
        var waiting = Task.Run(() => second.Lock(TimeSpan.FromMilliseconds(250)));
        given.Time.WaitUntilParked();

        given.Time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.False(waiting.IsCompleted);
        given.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(await waiting.WaitAsync(GivenBox.Patience));

        first.Unlock();
        Assert.False(first.IsLocked());
    }

    [Fact]
    [Trait("rule", "LOCK-3")]
    public async Task A_stop_ends_a_tasks_wait_for_a_lock()
    {
        await using var given = new GivenBox();
        var (first, second) = Two(given);
        first.Lock();
        var task = given.Task(_ => second.Lock(Timeout.InfiniteTimeSpan));
        task.Start();
        given.Time.WaitUntilParked();

        task.Stop();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);
        first.Unlock();

        Assert.Equal(StopReason.Requested, task.Life.Reason);
        Assert.False(first.IsLocked());
    }

    [Fact]
    [Trait("rule", "LOCK-4")]
    public async Task A_locked_object_answers_reads_and_refuses_the_rest_with_owner_note_and_remaining_time()
    {
        await using var given = new GivenBox();
        var (_, other) = Two(given);
        given.Box.FindObject("instrument")!.Lock.TryAcquire(new LockRequest(Alice, "alices token", TimeSpan.FromSeconds(30), "alignment"), TimeSpan.Zero);
        given.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(3, other.Read(3));
        Assert.True(other.IsLocked());
        var error = Assert.Throws<QmiException>(() => other.Run(1));

        Assert.Contains("alice", error.Message);
        Assert.Equal(("alice", "alignment", 20_000L), (error.Details["owner"], error.Details["note"], error.Details["expires_in_ms"]));
        Assert.Equal(TimeSpan.FromSeconds(20), error.RetryAfter);
    }

    [Fact]
    [Trait("rule", "LOCK-4")]
    [Trait("rule", "AUDIT-1")]
    public async Task A_locked_task_can_be_stopped_in_an_emergency_with_a_reason_which_is_audited()
    {
        await using var given = new GivenBox();
        var task = given.Task(self => self.Sleep(Timeout.InfiniteTimeSpan));
        var other = given.Box.GetProxy<TestTaskProxy>("task");
        task.Start();
        given.Time.WaitUntilParked();
        task.Lock();

        Assert.Equal(ErrorCode.Locked, Assert.Throws<QmiException>(() => other.Stop()).Code);
        Assert.Equal(ErrorCode.BadArgs, (await CallTests.Ask(given, "task", "stop", RpcAccess.Control, """{"override":true}""", Bob)).Error!.Code);
        Assert.True(other.IsRunning());
        Assert.Null((await CallTests.Ask(given, "task", "stop", RpcAccess.Control, """{"override":true,"reason":"smoke"}""", Bob)).Error);
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Contains(given.Audit.Entries, entry => entry is { Caller: "bob", Action: "stop", Error: null } && entry.New!.Contains("smoke"));
    }

    [Fact]
    [Trait("rule", "LOCK-4")]
    public async Task A_method_that_requires_the_lock_is_refused_without_it()
    {
        await using var given = new GivenBox();
        var (first, _) = Two(given);

        Assert.Equal(ErrorCode.LockRequired, Assert.Throws<QmiException>(() => first.Guarded(1)).Code);
        first.Lock();
        Assert.Equal(1, first.Guarded(1));
    }

    [Fact]
    [Trait("rule", "LOCK-7")]
    public async Task Forcing_an_unlocked_object_does_nothing_and_the_object_lives()
    {
        await using var given = new GivenBox();
        var (first, second) = Two(given);

        Assert.False(second.ForceUnlock());
        Assert.Equal(1, second.Run(1));
        first.Lock();
        Assert.True(second.ForceUnlock("needed now"));
        Assert.False(second.IsLocked());
    }

    [Fact]
    public async Task The_owner_of_a_forced_lock_learns_who_took_it_and_why()
    {
        await using var given = new GivenBox();
        var (first, second) = Two(given);
        first.Lock();
        second.ForceUnlock("needed now");

        var error = Assert.Throws<QmiException>(() => first.Run(1));

        Assert.Equal((ErrorCode.LockLost, "needed now"), (error.Code, error.Details["reason"]));
        Assert.True(first.Lock());
        Assert.Equal(1, first.Run(1));
    }

    [Fact]
    public async Task A_lease_ends_by_itself_and_the_next_waiter_has_it()
    {
        await using var given = new GivenBox();
        given.Instrument(argument => argument);
        var target = given.Box.FindObject("instrument")!.Lock;
        target.TryAcquire(new LockRequest(Alice, "alices token", TimeSpan.FromSeconds(3)), TimeSpan.Zero);
        var waiting = target.AcquireAsync(new LockRequest(Bob, "bobs token"), TimeSpan.FromSeconds(60));

        given.Time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(waiting.IsCompleted);
        given.Time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(2ul, (await waiting.WaitAsync(GivenBox.Patience))!.Fence);
        Assert.Equal(("bob", "expired"), (target.State!.Owner.Name, target.Previous!.Kind));
        Assert.Equal(ErrorCode.LockLost, (await CallTests.Ask(given, "instrument", "run", RpcAccess.Control, "[1]", Alice, "alices token")).Error!.Code);
    }

    [Fact]
    public async Task A_lease_does_not_run_while_the_owners_call_runs_and_begins_anew_after_it()
    {
        await using var given = new GivenBox();
        given.Instrument(argument =>
        {
            given.Time.Advance(TimeSpan.FromSeconds(60));
            return argument;
        });
        var target = given.Box.FindObject("instrument")!.Lock;
        target.TryAcquire(new LockRequest(Alice, "alices token", TimeSpan.FromSeconds(3)), TimeSpan.Zero);

        var reply = await given.Box.FindObject("instrument")!.DispatchAsync(new RpcRequest { Caller = Alice, Method = "run", Verb = RpcAccess.Control, Arguments = CallTests.Json("[1]"), LockToken = "alices token" });

        Assert.Null(reply.Error);
        Assert.Equal("alice", target.State!.Owner.Name);
        given.Time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.NotNull(target.State);
        given.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Null(target.State);
    }

    [Fact]
    [Trait("rule", "AUDIT-1")]
    public async Task Every_change_of_a_lock_is_audited()
    {
        await using var given = new GivenBox();
        var (first, second) = Two(given);

        first.Lock();
        first.Unlock();
        first.Lock();
        second.ForceUnlock("needed now");

        Assert.Equal(["lock", "unlock", "lock", "force_unlock: needed now"], given.Audit.Entries.Select(entry => entry.Action));
    }

    private static (ScriptedInstrumentProxy, ScriptedInstrumentProxy) Two(GivenBox given)
    {
        var first = given.Instrument(argument => argument);
        return (first, given.Box.GetProxy<ScriptedInstrumentProxy>("instrument"));
    }
}
