using System.Diagnostics;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers.Tests;

public sealed class PollChannelTests : IDisposable
{
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(50);

    private readonly PollChannel _channel = new(TimeProvider.System);

    public void Dispose() => _channel.Dispose();

    [Fact]
    public void A_wake_ends_one_wait_and_is_used_up()
    {
        _channel.Wake();
        _channel.Wake();
        Assert.False(_channel.Wait(0, MonotonicTime.Never));

        AssertWaitsUntilDeadline();
    }

    [Fact]
    public void A_cancelled_token_ends_every_wait_and_leaves_nothing_behind()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        using (Interruption.Enter(stop.Token))
        {
            Assert.False(_channel.Wait(0, MonotonicTime.Never));
            Assert.False(_channel.Wait(0, MonotonicTime.Never));
        }

        AssertWaitsUntilDeadline();
    }

    private void AssertWaitsUntilDeadline()
    {
        var watch = Stopwatch.StartNew();
        Assert.False(_channel.Wait(0, TimeProvider.System.GetDeadline(Brief)));
        Assert.True(watch.Elapsed >= Brief, $"the wait ended after {watch.Elapsed}");
    }
}
