using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public class RemoteSignalTests
{
    private const string Topic = "qmi/v1/box/box07/instrument/meter/sig/changed";
    private static readonly TimeSpan Patience = GivenScriptedClient.Patience;

    [Fact]
    public async Task A_signal_is_subscribed_as_long_as_somebody_receives()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var (first, second) = (new SignalReceiver<double>(), new SignalReceiver<double>());
        Assert.DoesNotContain(Topic, given.Connection.Subscriptions);

        given.Meter.Changed.Subscribe(first);
        given.Client.GetProxy<MeterProxy>("box07", "meter").Changed.Subscribe(second);
        Assert.Contains(Topic, given.Connection.Subscriptions);
        given.Connection.Disconnect();
        given.Connection.Connect();
        Assert.Contains(Topic, given.Connection.Subscriptions);
        Publish(given, "A", 0, [1]);
        Assert.Equal((1, 1), (first.GetNextSignal(Patience).Value, second.GetNextSignal(Patience).Value));

        given.Meter.Changed.Unsubscribe(first);
        Assert.Contains(Topic, given.Connection.Subscriptions);
        given.Meter.Changed.Unsubscribe(second);
        Assert.DoesNotContain(Topic, given.Connection.Subscriptions);
    }

    [Fact]
    public async Task What_is_missing_is_counted_and_what_comes_twice_is_given_once()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var receiver = new SignalReceiver<double>();
        given.Meter.Changed.Subscribe(receiver);

        Publish(given, "A", 100, [100, 101]);
        Publish(given, "A", 100, [100, 101]);
        Publish(given, "A", 105, [105]);
        Assert.Equal([100, 101, 105], Take(receiver, 3));
        Assert.Equal(3, receiver.Lost);

        // The box has started again, and counts anew: what it published before somebody listened again is missing.
        Publish(given, "B", 4, [4]);
        Assert.Equal([4], Take(receiver, 1));
        Assert.Equal(7, receiver.Lost);
    }

    [Fact]
    public async Task Who_comes_back_after_a_while_has_lost_nothing()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var receiver = new SignalReceiver<double>();
        given.Meter.Changed.Subscribe(receiver);
        Publish(given, "A", 1, [1]);
        Take(receiver, 1);
        given.Meter.Changed.Unsubscribe(receiver);
        Publish(given, "A", 2, [2]);

        given.Meter.Changed.Subscribe(receiver);
        Publish(given, "A", 50, [50]);

        Assert.Equal([50], Take(receiver, 1));
        Assert.Equal(0, receiver.Lost);
    }

    [Fact]
    public async Task Values_have_the_times_that_the_batch_gives_them()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Time.Advance(TimeSpan.FromSeconds(100));
        var receiver = new SignalReceiver<double>();
        given.Meter.Changed.Subscribe(receiver);

        given.Connection.Deliver(Topic, """{"v":1,"boot":"A","s":7,"t":"2026-01-02T03:04:05.000001Z","dt_us":1000,"n":3,"values":[1,2,3],"q":0}""");
        given.Connection.Deliver(Topic, """{"v":1,"boot":"A","s":10,"t":"2026-01-02T03:04:06Z","t_us":[0,20],"n":2,"values":[4,5],"q":0,"more":{"s":1}}""");
        var values = Enumerable.Range(0, 5).Select(_ => receiver.GetNextSignal(Patience)).ToArray();

        Assert.Equal([7, 8, 9, 10, 11], values.Select(value => value.Sequence));
        Assert.Equal([1, 1001, 2001, 1_000_000, 1_000_020], values.Select(value => (value.Time - new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)).TotalMicroseconds));
        Assert.Equal([2_000_000, 1_000_000, 0, 20_000, 0], values.Select(value => given.Time.Now - value.Monotonic));
    }

    [Theory]
    [InlineData("{no JSON")]
    [InlineData("[]")]
    [InlineData("""{"boot":"A","s":1,"n":1}""")]
    [InlineData("""{"boot":"A","s":1,"n":2,"values":[1]}""")]
    [InlineData("""{"boot":"A","s":-1,"n":1,"values":[1]}""")]
    [InlineData("""{"boot":"A","s":"1","n":1,"values":[1]}""")]
    [InlineData("""{"boot":"A","s":1,"n":1,"values":["much"]}""")]
    [InlineData("""{"boot":"A","s":1,"n":1000000000,"values":[1]}""")]
    [InlineData("""{"boot":"A","s":1,"n":1,"t_us":[0,1],"values":[1]}""")]
    public async Task A_batch_that_is_none_is_ignored_and_counted(string batch)
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var receiver = new SignalReceiver<double>();
        given.Meter.Changed.Subscribe(receiver);

        given.Connection.Deliver(Topic, batch);
        Publish(given, "A", 1, [1]);

        Assert.Equal([1], Take(receiver, 1));
        Assert.Equal(1, given.Client.Statistics.Unreadable);
    }

    [Fact]
    public async Task A_batch_is_read_as_it_was_written()
    {
        await using var box = new EdgeBox("box07");
        box.MakeInstrument<Meter>("meter");
        var signal = box.FindObject("meter")!.Signals.Get<double>("changed");
        using var tap = signal.OpenTap();
        for (var value = 1; value <= 4; value++)
            signal.Publish(value, Quality.Uncertain);
        var writer = new BatchWriter();
        SignalBatch written = default;
        byte[] json = [];
        Assert.True(SpinWait.SpinUntil(Write, Patience));

        var batch = ReceivedBatch.Read(json);

        Assert.Equal((written.First, written.Count, box.Boot, Quality.Uncertain), (batch.First, batch.Count, batch.Boot, batch.Quality));
        Assert.Equal(written.Offsets.ToArray(), batch.Offsets.ToArray());
        Assert.Equal(Enumerable.Range((int)written.First + 1, written.Count), JsonDocument.Parse(batch.Values).RootElement.EnumerateArray().Select(value => value.GetInt32()));

        bool Write()
        {
            tap.Pull();
            if (!writer.TryWrite(tap, 100, 100_000, out written, out var bytes))
                return false;
            json = bytes.ToArray();
            return true;
        }
    }

    private static void Publish(GivenScriptedClient given, string boot, long first, double[] values) =>
        given.Connection.Deliver(Topic, $$"""{"v":1,"boot":"{{boot}}","s":{{first}},"t":"2026-01-02T03:04:05.000000Z","dt_us":1,"n":{{values.Length}},"values":[{{string.Join(',', values)}}],"q":0}""");

    private static double[] Take(SignalReceiver<double> receiver, int count) => [.. Enumerable.Range(0, count).Select(_ => receiver.GetNextSignal(Patience).Value)];
}
