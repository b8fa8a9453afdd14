namespace Qmi.Edge.Runtime.Tests;

/// <summary>Leases, who is bound to them, and who is told when one ends.</summary>
public class LockLeaseTests
{
    private static readonly Caller Alice = new("alice");
    private static readonly Caller Bob = new("bob");

    [Fact]
    [Trait("rule", "LOCK-5")]
    public async Task Without_a_lease_of_ones_own_a_caller_from_outside_gets_30_seconds_and_the_process_gets_none()
    {
        await using var given = new GivenBox();
        var instrument = given.Instrument(argument => argument);

        var grant = await Ask(given, "lock", """{"token":"alices token"}""");
        Assert.Equal((30_000, 30_000), (grant.GetProperty("lease_ms").GetInt32(), grant.GetProperty("expires_in_ms").GetInt32()));
        Lock(given).Force(Bob, "needed now");
        instrument.Lock();
        given.Time.Advance(TimeSpan.FromDays(30));

        Assert.Null(Lock(given).State!.Lease);
        Assert.True(instrument.IsLocked());
    }

    [Theory]
    [InlineData("run")]
    [InlineData("renew")]
    [InlineData("lock")]
    [Trait("rule", "LOCK-5")]
    [Trait("rule", "MQTT-2.5.2")]
    public async Task Every_accepted_call_with_the_token_renews(string method)
    {
        await using var given = new GivenBox();
        given.Instrument(argument => argument);
        await Ask(given, "lock", """{"token":"alices token","lease_ms":10000}""");

        for (var round = 0; round < 5; round++)
        {
            given.Time.Advance(TimeSpan.FromSeconds(9));
            Assert.Null((await CallTests.Ask(given, "instrument", method, RpcAccess.Control, method switch { "run" => "[1]", "lock" => """{"lease_ms":10000}""", _ => "{}" }, Alice, "alices token")).Error);
        }

        given.Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.NotNull(Lock(given).State);
        given.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Null(Lock(given).State);
    }

    [Fact]
    [Trait("rule", "LOCK-5")]
    public async Task A_refused_call_renews_nothing_and_neither_does_somebody_elses()
    {
        await using var given = new GivenBox();
        given.Instrument(argument => argument);
        await Ask(given, "lock", """{"token":"alices token","lease_ms":10000}""");
        given.Time.Advance(TimeSpan.FromSeconds(9));

        await CallTests.Ask(given, "instrument", "run", RpcAccess.Control, "[1]", Bob);
        await CallTests.Ask(given, "instrument", "run", RpcAccess.Control, """["one"]""", Alice, "alices token");
        await CallTests.Ask(given, "instrument", "read", RpcAccess.Read, "[1]", Alice, "alices token");
        given.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(Lock(given).State);
    }

    [Fact]
    [Trait("rule", "LOCK-5")]
    public async Task A_lease_knows_nothing_of_the_wall_clock_and_one_that_ended_in_a_suspend_has_ended()
    {
        await using var given = new GivenBox();
        given.Instrument(argument => argument);
        await Ask(given, "lock", """{"token":"alices token","lease_ms":10000}""");

        given.Time.StepWallClock(TimeSpan.FromDays(1));
        Assert.NotNull(Lock(given).State);
        given.Time.StepWallClock(TimeSpan.FromDays(-2));
        // The timer comes when the process goes on, which is too late for whoever asks first.
        given.Time.Suspend(TimeSpan.FromSeconds(11));

        Assert.Null(Lock(given).State);
        Assert.Equal(ErrorCode.LockLost, (await CallTests.Ask(given, "instrument", "run", RpcAccess.Control, "[1]", Alice, "alices token")).Error!.Code);
    }

    [Fact]
    public async Task A_longer_lease_than_the_box_allows_is_refused_with_the_limit()
    {
        await using var given = new GivenBox();
        given.Instrument(argument => argument);

        var error = (await CallTests.Ask(given, "instrument", "lock", RpcAccess.Control, """{"lease_ms":3600001}""", Alice)).Error!;

        Assert.Equal((ErrorCode.BadArgs, "/lease_ms"), (error.Code, Assert.Single(error.Violations).Path));
        Assert.Contains("3600000", error.Message);
        Assert.Equal(ErrorCode.BadArgs, (await CallTests.Ask(given, "instrument", "lock", RpcAccess.Control, """{"lease_ms":999}""", Alice)).Error!.Code);
    }

    [Fact]
    [Trait("rule", "LOCK-6")]
    public async Task A_late_writer_is_told_that_its_lock_is_lost_whatever_it_calls_and_by_token_or_by_fence()
    {
        await using var given = new GivenBox();
        given.Instrument(argument => argument);
        await Ask(given, "lock", """{"token":"alices token","lease_ms":1000}""");
        given.Time.Advance(TimeSpan.FromSeconds(1));
        Lock(given).TryAcquire(new LockRequest(Bob, "bobs token", TimeSpan.FromSeconds(30), "mine now"), TimeSpan.Zero);

        foreach (var (method, arguments) in new[] { ("run", "[1]"), ("guarded", "[1]"), ("renew", "{}"), ("close", "{}") })
        {
            var error = (await CallTests.Ask(given, "instrument", method, RpcAccess.Control, arguments, Alice, "alices token")).Error!;
            Assert.Equal((ErrorCode.LockLost, Executed.No, "expired", "bob"), (error.Code, error.Executed, error.Details["reason"], error.Details["owner"]));
        }

        Assert.Equal(ErrorCode.LockLost, (await Send(given, Alice, null, 1)).Error!.Code);
        Assert.Equal(ErrorCode.LockLost, (await Send(given, Bob, "bobs token", 1)).Error!.Code);
        Assert.Null((await Send(given, Bob, "bobs token", 2)).Error);
        Lock(given).Release(Bob, "bobs token");
        Assert.Equal(ErrorCode.LockLost, (await Send(given, Bob, "bobs token", 2)).Error!.Code);
        Assert.Equal(ErrorCode.LockLost, (await Send(given, Bob, null, 2)).Error!.Code);
    }

    [Fact]
    [Trait("rule", "LOCK-6")]
    public async Task A_call_whose_lock_is_taken_away_while_it_runs_hands_on_its_own_fence_and_not_the_next_owners()
    {
        await using var given = new GivenBox();
        var seen = new List<ulong>();
        given.Instrument(argument =>
        {
            seen.Add(CurrentCall.Fence);
            Lock(given).Force(Bob, "needed now");
            Lock(given).TryAcquire(new LockRequest(Bob, "bobs token", TimeSpan.FromSeconds(30)), TimeSpan.Zero);
            seen.Add(CurrentCall.Fence);
            return argument;
        });
        await Ask(given, "lock", """{"token":"alices token"}""");

        await Ask(given, "run", "[1]", "alices token");

        Assert.Equal([1, 1], seen);
        Assert.Equal((2ul, 0ul), (Lock(given).Fence, CurrentCall.Fence));
        // Its end is the end of a lock that is no more: the next owner's lease goes on as it did.
        given.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(Lock(given).State);
    }

    [Fact]
    [Trait("rule", "LOCK-5")]
    public async Task The_presence_of_a_bound_owner_only_shortens_its_lease_and_a_sign_of_life_restores_it()
    {
        await using var given = new GivenBox();
        given.Instrument(argument => argument);
        await Ask(given, "lock", """{"token":"alices token","bind":true}""");
        Assert.Equal(["alice"], given.Box.Locks.BoundCallers);

        // A will that was retained before the lock was taken says nothing.
        given.Box.Locks.ReportPresence("alice", false);
        Assert.Equal(LockPhase.Held, Lock(given).State!.Phase);
        given.Box.Locks.ReportPresence("alice", true);
        given.Box.Locks.ReportPresence("alice", false);
        Assert.Equal(LockPhase.Grace, Lock(given).State!.Phase);
        given.Time.Advance(TimeSpan.FromSeconds(4));
        await Ask(given, "renew", "{}", "alices token");
        Assert.Equal(LockPhase.Held, Lock(given).State!.Phase);
        given.Box.Locks.ReportPresence("alice", true);
        given.Box.Locks.ReportPresence("alice", false);
        given.Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.NotNull(Lock(given).State);
        given.Time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Null(Lock(given).State);
        Assert.Empty(given.Box.Locks.BoundCallers);
    }

    [Fact]
    [Trait("rule", "LOCK-5")]
    public async Task A_lost_presence_is_nothing_to_a_lock_that_is_not_bound()
    {
        await using var given = new GivenBox();
        given.Instrument(argument => argument);
        await Ask(given, "lock", """{"token":"alices token"}""");

        given.Box.Locks.ReportPresence("alice", true);
        given.Box.Locks.ReportPresence("alice", false);
        given.Time.Advance(TimeSpan.FromSeconds(29));

        Assert.Equal(LockPhase.Held, Lock(given).State!.Phase);
    }

    [Fact]
    [Trait("rule", "MQTT-2.5.10")]
    public async Task The_lock_of_the_box_gates_all_of_its_objects()
    {
        await using var given = new GivenBox();
        given.Instrument(argument => argument);
        Assert.Null((await CallTests.Ask(given, BoxObject.ObjectName, "lock", RpcAccess.Control, """{"token":"the whole box","note":"moving house"}""", Alice)).Error);

        var refused = (await CallTests.Ask(given, "instrument", "run", RpcAccess.Control, "[1]", Bob)).Error!;
        Assert.Equal((ErrorCode.Locked, "_box", "moving house"), (refused.Code, refused.Details["object"], refused.Details["note"]));
        Assert.Equal(ErrorCode.Locked, (await CallTests.Ask(given, "instrument", "lock", RpcAccess.Control, "{}", Bob)).Error!.Code);
        Assert.Null((await CallTests.Ask(given, "instrument", "read", RpcAccess.Read, "[1]", Bob)).Error);
        Assert.Null((await CallTests.Ask(given, "instrument", "run", RpcAccess.Control, "[1]", Alice, "the whole box")).Error);
        Assert.Null((await CallTests.Ask(given, "instrument", "guarded", RpcAccess.Control, "[1]", Alice, "the whole box")).Error);

        var waiting = Lock(given).AcquireAsync(new LockRequest(Bob, "bobs token", TimeSpan.FromSeconds(5)), TimeSpan.FromSeconds(60));
        Assert.False(waiting.IsCompleted);
        Assert.Null((await CallTests.Ask(given, BoxObject.ObjectName, "unlock", RpcAccess.Control, "{}", Alice, "the whole box")).Error);
        Assert.NotNull(await waiting.WaitAsync(GivenBox.Patience));
    }

    [Fact]
    public async Task Owners_are_told_of_what_they_did_not_do_themselves()
    {
        await using var given = new GivenBox();
        given.Instrument(argument => argument);
        var task = given.Task(_ => { });
        var notices = new Notices();
        given.Box.AddObserver(notices);

        await Ask(given, "lock", """{"token":"alices token","lease_ms":1000}""");
        given.Time.Advance(TimeSpan.FromSeconds(1));
        await Ask(given, "lock", """{"token":"alices token"}""");
        Lock(given).Force(Bob, "needed now");
        await Ask(given, "lock", """{"token":"alices token"}""");
        await Ask(given, "unlock", "{}", "alices token");
        await CallTests.Ask(given, "task", "lock", RpcAccess.Control, """{"token":"alices token"}""", Alice);
        task.Stop("smoke");
        await given.Box.RemoveAsync("task");

        Assert.Equal(
            ["instrument 1 expired", "instrument 2 forced by bob: needed now", "task 4 overridden by _local: smoke", "task 4 removed"],
            notices.Seen);
    }

    private static ObjectLock Lock(GivenBox given) => given.Box.FindObject("instrument")!.Lock;

    private static async Task<System.Text.Json.JsonElement> Ask(GivenBox given, string method, string arguments, string? token = null)
    {
        var reply = await CallTests.Ask(given, "instrument", method, RpcAccess.Control, arguments, Alice, token);
        Assert.Null(reply.Error);
        return CallTests.Json(System.Text.Encoding.UTF8.GetString(reply.Result.Span));
    }

    private static async Task<RpcReply> Send(GivenBox given, Caller caller, string? token, ulong fence) => await given.Box.FindObject("instrument")!.DispatchAsync(
        new RpcRequest { Caller = caller, Method = "run", Verb = RpcAccess.Control, Arguments = CallTests.Json("[1]"), LockToken = token, Fence = fence });

    private sealed class Notices : IBoxObserver
    {
        public List<string> Seen { get; } = [];

        public void OnLockNotice(RpcObject target, LockEvent notice) =>
            Seen.Add($"{target.Name} {notice.Fence} {notice.Kind}{(notice.By is { } by ? $" by {by}" : "")}{(notice.Reason is { } reason ? $": {reason}" : "")}");

        public void OnAdded(RpcObject target)
        {
        }

        public void OnRemoved(RpcObject target)
        {
        }

        public void OnChanged(RpcObject target, ObjectAspect aspect)
        {
        }

        public void OnAlarm(string id)
        {
        }
    }
}
