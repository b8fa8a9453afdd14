using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public class SignalTapTests
{
    [Fact]
    public async Task A_batch_ends_where_the_quality_changes_where_values_are_missing_and_where_it_is_large_enough()
    {
        await using var given = new GivenBox();
        given.Task(_ => { });
        var signal = Signal(given);
        using var tap = signal.OpenTap(capacity: 6);

        signal.Publish(1);
        signal.Publish(2);
        signal.Publish(3, Quality.Uncertain);
        signal.Publish(4, Quality.Bad);
        signal.Publish(5, Quality.Bad);
        tap.Pull();

        Assert.Equal(("[1,2]", new SignalBatch(0, 2, given.Time.Epoch, default, Quality.Good)), Next(tap));
        Assert.Equal(("[3]", new SignalBatch(2, 1, given.Time.Epoch, default, Quality.Uncertain)), Next(tap));
        Assert.Equal("[4]", Next(tap, mostValues: 1).Json);
        tap.PutBack();
        Assert.Equal(3, tap.NextSequence);
        Assert.Equal("[4,5]", Next(tap).Json);

        for (var value = 10; value < 20; value++)
            signal.Publish(value);
        tap.Pull();
        Assert.Equal(("[14,15,16,17,18,19]", 9L), (Next(tap) is var (json, batch) ? json : "", batch.First));
        signal.Publish(20);
        signal.Publish(21);
        signal.Publish(22);
        tap.Pull();
        Assert.Equal("[20,21]", Next(tap, mostBytes: 5).Json);
        Assert.Equal("[22]", Next(tap).Json);
        Assert.False(tap.TryWriteBatch(new Utf8JsonWriter(new ArrayBufferWriter<byte>()), 10, 1000, out _));
    }

    [Fact]
    public async Task Times_are_told_in_microseconds_since_the_first()
    {
        await using var given = new GivenBox();
        given.Task(_ => { });
        using var tap = Signal(given).OpenTap();

        for (var value = 0; value < 3; value++)
        {
            Signal(given).Publish(value);
            given.Time.Advance(TimeSpan.FromMicroseconds(1500));
        }

        tap.Pull();
        var writer = new Utf8JsonWriter(new ArrayBufferWriter<byte>());
        Assert.True(tap.TryWriteBatch(writer, 10, 1000, out var batch));
        Assert.Equal((given.Time.Epoch, 3L), (batch.Time, batch.End));
        Assert.Equal([0, 1500, 3000], batch.Offsets.ToArray());
    }

    [Fact]
    [Trait("rule", "SIG-1")]
    public async Task Who_comes_now_and_then_is_told_once_and_not_for_every_value()
    {
        await using var given = new GivenBox(TimeProvider.System);
        given.Task(_ => { });
        var signal = Signal(given);
        using var tap = signal.OpenTap();
        var told = 0;
        using var first = new ManualResetEventSlim();
        tap.Available = () =>
        {
            Interlocked.Increment(ref told);
            first.Set();
        };

        signal.Publish(0);
        Assert.True(first.Wait(GivenBox.Patience));
        for (var value = 1; value < SignalDescription.DefaultCapacity; value++)
            signal.Publish(value);
        tap.Pull();

        // A few times for each quarter of the ring, lest it overflow.
        Assert.InRange(Volatile.Read(ref told), 1, 20);
        Assert.Equal(SignalDescription.DefaultCapacity, tap.Count);
        Assert.False(tap.TryRest());
        while (Next(tap).Json.Length > 0)
        {
        }

        Assert.True(tap.TryRest());
        first.Reset();
        signal.Publish(-1);
        Assert.True(first.Wait(GivenBox.Patience), "After a rest it is told again.");
    }

    [Fact]
    public async Task Who_waits_for_single_values_gets_them_at_once_beside_one_who_comes_now_and_then()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var task = given.Task(_ => { });
        var signal = Signal(given);
        using var tap = signal.OpenTap();
        using var told = new ManualResetEventSlim();
        tap.Available = told.Set;
        signal.Publish(0);
        Assert.True(told.Wait(GivenBox.Patience));

        // Nobody pulls: the tap has been told, and still the receiver must not wait for it.
        var receiver = new SignalReceiver<double>();
        task.Ticked.Subscribe(receiver);
        for (var value = 1; value <= 2_000; value++)
        {
            signal.Publish(value);
            while (receiver.GetNextSignal(GivenBox.Patience).Value != value)
            {
            }
        }

        Assert.Equal(0, receiver.Lost);
    }

    private static Signal<double> Signal(GivenBox given) => given.Box.FindObject("task")!.Signals.Get<double>("ticked");

    private static (string Json, SignalBatch Batch) Next(SignalTap tap, int mostValues = 1000, int mostBytes = 100_000)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        if (!tap.TryWriteBatch(writer, mostValues, mostBytes, out var batch))
            return ("", default);
        writer.Flush();
        return (Encoding.UTF8.GetString(buffer.WrittenSpan), batch with { Offsets = default });
    }
}
