namespace Qmi.Edge.Runtime.Tests;

/// <summary>What of a lock survives the box: on a disk whose power is cut.</summary>
public class LockRestartTests
{
    private static readonly Caller Alice = new("alice");
    private static readonly Caller Bob = new("bob");
    private static readonly LockRequest Wish = new(Alice, "alices token", TimeSpan.FromSeconds(30), "alignment");

    private readonly CrashingDisk _disk = new();

    [Fact]
    [Trait("rule", "LOCK-5")]
    [Trait("rule", "MQTT-2.5.6")]
    public async Task After_a_power_cut_the_owner_alone_gets_in_and_goes_on_with_its_token_and_its_fence()
    {
        var grant = await CrashAsync(given => Lock(given).AcquireAsync(Wish, TimeSpan.Zero));
        await using var given = Boot();

        Assert.Equal((LockPhase.Recovering, "alice", "alignment"), (Lock(given).State!.Phase, Lock(given).State!.Owner.Name, Lock(given).State!.Note));
        Assert.Equal(ErrorCode.Locked, (await CallTests.Ask(given, "instrument", "run", RpcAccess.Control, "[1]", Bob)).Error!.Code);
        Assert.Equal(ErrorCode.LockLost, (await CallTests.Ask(given, "instrument", "run", RpcAccess.Control, "[1]", Alice, "a guess")).Error!.Code);
        Assert.Null(await Lock(given).AcquireAsync(new LockRequest(Alice, "another token", TimeSpan.FromSeconds(30)), TimeSpan.Zero));
        Assert.Null((await given.Box.FindObject("instrument")!.DispatchAsync(Run(Alice, "alices token", grant!.Fence))).Error);
        Assert.Equal(LockPhase.Held, Lock(given).State!.Phase);
    }

    [Fact]
    [Trait("rule", "LOCK-5")]
    public async Task A_lock_that_nobody_claims_is_free_one_lease_after_the_restart_and_not_before()
    {
        await CrashAsync(given => Lock(given).AcquireAsync(Wish, TimeSpan.Zero));
        await using var given = Boot();
        var waiting = Lock(given).AcquireAsync(new LockRequest(Bob, "bobs token", TimeSpan.FromSeconds(5)), TimeSpan.FromSeconds(60));

        given.Time.Advance(TimeSpan.FromSeconds(29.9));
        Assert.False(waiting.IsCompleted);
        given.Time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.NotNull(await waiting.WaitAsync(GivenBox.Patience));
        Assert.Equal(("alice", "expired"), (Lock(given).Previous!.Owner, Lock(given).Previous!.Kind));
        Assert.Equal(ErrorCode.LockLost, (await CallTests.Ask(given, "instrument", "run", RpcAccess.Control, "[1]", Alice, "alices token")).Error!.Code);
    }

    [Fact]
    [Trait("rule", "LOCK-6")]
    [Trait("rule", "MQTT-2.5.1")]
    public async Task Fences_never_go_back_whoever_was_given_them_and_however_the_box_ended()
    {
        var newest = 0ul;
        for (var round = 0; round < 6; round++)
        {
            newest = await CrashAsync(
                async given =>
                {
                    var fences = new List<ulong> { newest };
                    for (var turn = 0; turn < 3; turn++)
                    {
                        // In the process, which waits for no disk, and from outside, which does.
                        Assert.True(Lock(given).TryAcquire(new LockRequest(Caller.Local, "local token"), TimeSpan.Zero));
                        fences.Add(Lock(given).Fence);
                        Lock(given).Release(Caller.Local, "local token");
                        fences.Add((await Lock(given).AcquireAsync(new LockRequest(Bob, "bobs token", TimeSpan.FromSeconds(1)), TimeSpan.FromSeconds(3)))!.Fence);
                        Lock(given).Release(Bob, "bobs token");
                    }

                    Assert.Equal(fences.Order().Distinct(), fences);
                    return fences[^1];
                },
                isOrderly: round % 2 == 1);
        }
    }

    [Fact]
    [Trait("rule", "LOCK-6")]
    public async Task An_owner_from_before_the_crash_never_has_a_lower_fence_than_what_the_process_was_given_since()
    {
        var local = await CrashAsync(async given =>
        {
            Lock(given).TryAcquire(new LockRequest(Caller.Local, "local token"), TimeSpan.Zero);
            Lock(given).Release(Caller.Local, "local token");
            await Lock(given).AcquireAsync(Wish, TimeSpan.Zero);
            // The disk takes nothing any more: neither that it was given back, nor what came after.
            _disk.IsBroken = true;
            Lock(given).Release(Alice, "alices token");
            Lock(given).TryAcquire(new LockRequest(Caller.Local, "local token"), TimeSpan.Zero);
            return Lock(given).Fence;
        });
        await using var given = Boot();

        var grant = Lock(given).Renew(Alice, "alices token", fence: 2);

        Assert.True(grant.Fence > local, $"{grant.Fence} after {local}");
        Assert.Null((await given.Box.FindObject("instrument")!.DispatchAsync(Run(Alice, "alices token", 2))).Error);
        Assert.Equal(ErrorCode.LockLost, (await given.Box.FindObject("instrument")!.DispatchAsync(Run(Alice, "alices token", local))).Error!.Code);
    }

    [Fact]
    [Trait("rule", "LOCK-6")]
    public async Task A_grant_that_the_disk_does_not_take_is_not_given_and_not_shown_and_an_alarm_says_why()
    {
        await using var given = Boot();
        _disk.IsFull = true;

        var error = await Assert.ThrowsAsync<QmiException>(() => Lock(given).AcquireAsync(Wish, TimeSpan.Zero).WaitAsync(GivenBox.Patience));

        Assert.Equal(Executed.No, error.Executed);
        Assert.Null(Lock(given).State);
        GivenBox.WaitFor(() => given.Box.Alarms.Find("locks-not-saved") is not null, "the alarm was raised");
        _disk.IsFull = false;
        Assert.NotNull(await Lock(given).AcquireAsync(Wish, TimeSpan.Zero).WaitAsync(GivenBox.Patience));
        GivenBox.WaitFor(() => given.Box.Alarms.Find("locks-not-saved") is null, "the alarm was cleared");
    }

    [Fact]
    [Trait("rule", "LOCK-5")]
    public async Task A_longer_lease_is_promised_when_the_disk_knows_of_it_and_a_shorter_one_at_once()
    {
        await CrashAsync(async given =>
        {
            await Lock(given).AcquireAsync(Wish, TimeSpan.Zero);
            _disk.IsFull = true;
            await Assert.ThrowsAsync<QmiException>(() => Lock(given).AcquireAsync(Wish with { Lease = TimeSpan.FromSeconds(60) }, TimeSpan.Zero).WaitAsync(GivenBox.Patience));
            Assert.Equal(TimeSpan.FromSeconds(30), Lock(given).State!.Lease);
            Assert.Equal(TimeSpan.FromSeconds(20), (await Lock(given).AcquireAsync(Wish with { Lease = TimeSpan.FromSeconds(20) }, TimeSpan.Zero).WaitAsync(GivenBox.Patience))!.Lease);
            _disk.IsFull = false;
            Assert.Equal(TimeSpan.FromSeconds(90), (await Lock(given).AcquireAsync(Wish with { Lease = TimeSpan.FromSeconds(90) }, TimeSpan.Zero).WaitAsync(GivenBox.Patience))!.Lease);
            return true;
        });
        await using var given = Boot();

        given.Time.Advance(TimeSpan.FromSeconds(89));

        Assert.Equal((LockPhase.Recovering, TimeSpan.FromSeconds(90)), (Lock(given).State!.Phase, Lock(given).State!.Lease!.Value));
    }

    [Fact]
    public async Task The_file_never_has_a_token()
    {
        await CrashAsync(given => Lock(given).AcquireAsync(Wish, TimeSpan.Zero));

        var text = System.Text.Encoding.UTF8.GetString(_disk.Read(LockFile.FileName)!);

        Assert.Contains("alignment", text);
        Assert.DoesNotContain("alices token", text);
    }

    private static ObjectLock Lock(GivenBox given) => given.Box.FindObject("instrument")!.Lock;

    private static RpcRequest Run(Caller caller, string token, ulong fence) =>
        new() { Caller = caller, Method = "run", Verb = RpcAccess.Control, Arguments = CallTests.Json("[1]"), LockToken = token, Fence = fence };

    private GivenBox Boot()
    {
        var given = new GivenBox(state: _disk);
        given.Instrument(argument => argument);
        return given;
    }

    private async Task<T> CrashAsync<T>(Func<GivenBox, Task<T>> act, bool isOrderly = false)
    {
        await using var given = Boot();
        var result = await act(given);
        if (isOrderly)
            await given.DisposeAsync();
        _disk.Cut();
        await given.DisposeAsync();
        _disk.IsBroken = _disk.IsFull = false;
        _disk.PowerUp();
        return result;
    }
}
