using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

// Calls, instruments and signals.
public abstract partial class ProxyContract
{
    [Fact]
    public async Task What_a_method_throws_is_told_with_type_message_and_chain()
    {
        var worker = MakeWorker(_ => { });

        foreach (var error in new[] { Assert.ThrowsAny<QmiException>(() => worker.Fail("no power")), await FailsAsync(() => worker.FailAsync("no power", Cancellation)) })
        {
            Assert.Equal((ErrorCode.TaskError, Executed.Unknown), (error.Code, error.Executed));
            Assert.Equal($"{worker.Name}.fail threw InvalidOperationException: no power", error.Message);
            Assert.Equal(("InvalidOperationException", "no power"), (TypeOf(error.InnerException!), error.InnerException!.Message));
            Assert.Equal(("FormatException", "deeper"), (TypeOf(error.InnerException.InnerException!), error.InnerException.InnerException!.Message));
        }
    }

    [Fact]
    public async Task An_instrument_is_opened_once_and_used_while_it_is_open()
    {
        var meter = MakeMeter(open: false);
        Assert.False(meter.IsOpen());
        Assert.Equal(ErrorCode.WrongState, (await FailsAsync(() => meter.GetValueAsync(Cancellation))).Code);

        meter.Open();
        Assert.True(await meter.IsOpenAsync(Cancellation));
        var error = await FailsAsync(() => meter.OpenAsync(Cancellation));
        Assert.Equal((ErrorCode.WrongState, Executed.No, "open"), (error.Code, error.Executed, error.Details["state"]));
        meter.SetValue(7.25);
        Assert.Equal(7.25, await meter.GetValueAsync(Cancellation));
        await meter.CloseAsync(Cancellation);
        meter.Close();

        Assert.False(meter.IsOpen());
    }

    [Fact]
    public async Task A_call_that_takes_longer_than_allowed_is_told_so_while_it_goes_on()
    {
        var meter = MakeMeter();
        meter.Channel.Timeout = TimeSpan.FromMilliseconds(200);
        var running = Get<MeterProxy>(meter.Name).HoldAsync(600, Cancellation);

        var error = await FailsAsync(() => meter.SetValueAsync(1, Cancellation));

        Assert.Equal((ErrorCode.Expired, Executed.No), (error.Code, error.Executed));
        Assert.True(await running);
    }

    [Fact]
    public async Task A_call_can_be_cancelled()
    {
        var meter = MakeMeter();
        var running = Get<MeterProxy>(meter.Name).HoldAsync(600, Cancellation);
        await UntilAsync(() => Task.FromResult(Box.FindObject(meter.Name)!.QueueDepth == 0), "the first call runs");
        using var cancelling = new CancellationTokenSource();
        var call = meter.SetValueAsync(1, cancelling.Token);
        await UntilAsync(() => Task.FromResult(Box.FindObject(meter.Name)!.QueueDepth == 1), "the second call waits");

        await cancelling.CancelAsync();

        Assert.Equal(ErrorCode.Cancelled, (await FailsAsync(() => call)).Code);
        Assert.True(await running);
    }

    [Fact]
    public async Task Calls_of_one_proxy_are_done_in_their_order()
    {
        var worker = MakeWorker(_ => { });

        var counts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => worker.CountAsync(cancellationToken: Cancellation)));

        Assert.Equal(Enumerable.Range(1, 20).Select(count => (long)count), counts);
    }

    [Fact]
    public async Task Signals_come_in_order_and_complete()
    {
        var meter = MakeMeter();
        var receiver = new SignalReceiver<double>();
        meter.Changed.Subscribe(receiver);

        await meter.PublishManyAsync(500, Cancellation);

        var first = receiver.GetNextSignal(Patience);
        Assert.Equal((0, 0d), (first.Sequence, first.Value));
        for (var value = 1; value < 500; value++)
        {
            var next = receiver.GetNextSignal(Patience);
            Assert.Equal((first.Sequence + value, (double)value), (next.Sequence, next.Value));
            Assert.InRange(next.Time, first.Time, first.Time + Patience);
        }

        Assert.Equal(0, receiver.Lost);
        meter.Changed.Unsubscribe(receiver);
        meter.SetValue(1);
        Assert.False(receiver.TryGetNextSignal(out _));
    }

    [Fact]
    public async Task A_stream_tells_how_many_values_were_lost()
    {
        var meter = MakeMeter();
        await using var values = meter.Changed.ReadAllAsync(capacity: 10, cancellationToken: Cancellation).GetAsyncEnumerator(Cancellation);
        var next = values.MoveNextAsync().AsTask();
        meter.SetValue(1);
        Assert.True(await next.WaitAsync(Patience, Cancellation));
        Assert.Equal((1d, 0), (values.Current.Value, values.Current.Lost));

        // More than wait for a reader who is away; the last of them is seen by all.
        var marker = new SignalReceiver<double>();
        meter.Changed.Subscribe(marker);
        meter.PublishMany(100);
        while (marker.GetNextSignal(Patience).Value < 99)
        {
        }

        var (read, lost) = (0, 0L);
        do
        {
            Assert.True(await values.MoveNextAsync().AsTask().WaitAsync(Patience, Cancellation));
            (read, lost) = (read + 1, lost + values.Current.Lost);
        }
        while (values.Current.Value < 99);

        Assert.Equal((10, 90), (read, lost));
    }

    [Fact]
    public void A_proxy_knows_what_its_object_is()
    {
        var description = MakeWorker(_ => { }).Description;

        Assert.Equal((ObjectKind.Task, "Qmi.Edge.Bridge.Tests.Worker"), (description.Kind, description.ClassName));
        Assert.Equal(["settings_updated", "status_updated", "sampled"], description.Signals.Select(signal => signal.Name));
        Assert.Equal(["rate", "label", "password"], description.Settings!.Properties.Select(property => property.Name));
        Assert.Contains(description.Methods, method => method is { Name: "describe", Access: RpcAccess.Read });
        Assert.Contains(description.Methods, method => method is { Name: "force_unlock", Access: RpcAccess.Admin });
    }
}
