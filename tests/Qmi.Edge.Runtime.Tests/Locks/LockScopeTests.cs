namespace Qmi.Edge.Runtime.Tests;

public class LockScopeTests
{
    [Fact]
    [Trait("rule", "LOCK-1")]
    public async Task A_scope_unlocks_when_it_is_disposed_and_is_not_lost_by_that()
    {
        await using var given = new GivenBox();
        var instrument = given.Instrument(argument => argument);

        var held = await instrument.LockAsync(note: "alignment", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(("alignment", held.Fence), (given.Box.FindObject("instrument")!.Lock.State!.Note, given.Box.FindObject("instrument")!.Lock.Fence));
        await held.DisposeAsync();
        await held.DisposeAsync();

        Assert.False(instrument.IsLocked());
        Assert.False(held.Lost.IsCancellationRequested);
        Assert.True(((ScriptedInstrumentProxy)given.Box.GetProxy("instrument")).Lock());
    }

    [Fact]
    [Trait("rule", "LOCK-1")]
    public async Task A_lock_that_is_not_free_in_time_is_denied_with_its_owner()
    {
        await using var given = new GivenBox();
        var instrument = given.Instrument(argument => argument);
        instrument.Lock();

        var waiting = ((ScriptedInstrumentProxy)given.Box.GetProxy("instrument")).LockAsync(TimeSpan.FromSeconds(1), cancellationToken: TestContext.Current.CancellationToken);
        given.Time.Advance(TimeSpan.FromSeconds(1));
        var error = await Assert.ThrowsAsync<QmiException>(() => waiting.WaitAsync(GivenBox.Patience));

        Assert.Equal((ErrorCode.Locked, Executed.No, "_local"), (error.Code, error.Executed, error.Details["owner"]));
    }

    [Theory]
    [InlineData("force")]
    [InlineData("unlock")]
    [InlineData("remove")]
    public async Task A_scope_whose_lock_has_ended_says_so(string how)
    {
        await using var given = new GivenBox();
        var instrument = given.Instrument(argument => argument);
        var held = await instrument.LockAsync(cancellationToken: TestContext.Current.CancellationToken);

        switch (how)
        {
            case "force":
                given.Box.GetProxy("instrument").ForceUnlock("smoke");
                break;
            case "unlock":
                instrument.Unlock();
                break;
            default:
                await given.Box.RemoveAsync("instrument");
                break;
        }

        Assert.True(SpinWait.SpinUntil(() => held.Lost.IsCancellationRequested, GivenBox.Patience));
        await held.DisposeAsync();
    }

    [Fact]
    public async Task A_scope_of_a_later_grant_is_another_one()
    {
        await using var given = new GivenBox();
        var instrument = given.Instrument(argument => argument);
        var first = await instrument.LockAsync(cancellationToken: TestContext.Current.CancellationToken);
        instrument.ForceUnlock("by oneself");

        await using var second = await instrument.LockAsync(cancellationToken: TestContext.Current.CancellationToken);
        await first.DisposeAsync();

        Assert.True(second.Fence > first.Fence);
        Assert.True(instrument.IsLocked());
        Assert.False(second.Lost.IsCancellationRequested);
    }
}
