using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

/// <summary>A simulated reading can never pass as a real one.</summary>
public class QualityTests
{
    [Fact]
    public async Task The_quality_that_is_published_arrives_with_the_value()
    {
        await using var given = new GivenBox();
        var task = given.Task(_ => { });
        var receiver = new SignalReceiver<double>();
        task.Ticked.Subscribe(receiver);

        foreach (var quality in Enum.GetValues<Quality>())
            Signal(given, "task").Publish(1, quality);

        Assert.Equal(Enum.GetValues<Quality>(), Enumerable.Range(0, 4).Select(_ => receiver.GetNextSignal(GivenBox.Patience).Quality));
    }

    [Fact]
    public async Task Whatever_a_simulated_object_says_of_its_values_they_are_simulated()
    {
        await using var given = new GivenBox();
        var task = given.Task(_ => { });
        var receiver = new SignalReceiver<double>();
        task.Ticked.Subscribe(receiver);
        given.Box.FindObject("task")!.MarkSimulated();

        Signal(given, "task").Publish(1);
        Signal(given, "task").Publish(1, Quality.Bad);

        Assert.Equal(Quality.Simulated, receiver.GetNextSignal(GivenBox.Patience).Quality);
        Assert.Equal(Quality.Simulated, receiver.GetNextSignal(GivenBox.Patience).Quality);
        Assert.Equal(Quality.Simulated, ((QmiTaskRunner)given.Box.FindObject("task")!).StatusQuality);
    }

    [Fact]
    public async Task A_task_that_calls_a_simulated_instrument_is_simulated_from_then_on()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var instrument = given.Instrument(value => value);
        given.Box.FindObject("instrument")!.MarkSimulated();
        var before = true;
        var task = given.Task(self =>
        {
            before = self.IsSimulated;
            instrument.Run(1);
        });

        task.Start();
        await task.JoinAsync(GivenBox.Patience);

        Assert.False(before);
        Assert.True(given.Box.FindObject("task")!.IsSimulated);
    }

    [Fact]
    public async Task A_task_that_waits_for_an_asynchronous_call_is_simulated_before_it_has_the_answer()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var deep = given.Instrument(value => value, "deep");
        var outer = given.Instrument(value => deep.Run(value), "outer");
        given.Box.FindObject("deep")!.MarkSimulated();
        var task = given.Task(self =>
        {
            outer.RunAsync(1).GetAwaiter().GetResult();
            Assert.True(self.IsSimulated);
        });

        task.Start();
        await task.JoinAsync(GivenBox.Patience);

        Assert.True(given.Box.FindObject("outer")!.IsSimulated, "An instrument that reads from a simulated one is simulated itself.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_goes_on_through_signals_and_through_the_status(bool bySignal)
    {
        await using var given = new GivenBox(TimeProvider.System);
        var first = given.Task(_ => { }, "first");
        given.Box.FindObject("first")!.MarkSimulated();
        var receiver = new SignalReceiver<double>();
        first.Ticked.Subscribe(receiver);
        var second = given.Task(
            _ =>
            {
                if (bySignal)
                    receiver.GetNextSignal(GivenBox.Patience);
                else
                    first.GetStatus();
            },
            "second");

        Signal(given, "first").Publish(1);
        second.Start();
        await second.JoinAsync(GivenBox.Patience);

        Assert.True(given.Box.FindObject("second")!.IsSimulated);
    }

    [Fact]
    public async Task A_task_that_reads_only_real_things_stays_real_and_a_reader_outside_of_tasks_is_nothing()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var (real, simulated) = (given.Instrument(value => value, "real"), given.Instrument(value => value, "simulated"));
        given.Box.FindObject("simulated")!.MarkSimulated();
        var task = given.Task(_ => real.Run(1));

        Assert.Equal(1, simulated.Run(1));
        task.Start();
        await task.JoinAsync(GivenBox.Patience);

        Assert.False(given.Box.FindObject("task")!.IsSimulated);
        Assert.False(given.Box.FindObject("real")!.IsSimulated);
    }

    [Fact]
    public async Task The_state_of_a_simulated_object_says_so()
    {
        await using var given = new GivenBox();
        given.Task(_ => { });
        given.Instrument(value => value);
        Assert.DoesNotContain("simulated", State(given), StringComparison.Ordinal);

        foreach (var target in given.Box.Objects)
            target.MarkSimulated();

        Assert.Equal(2, State(given).Split("\"simulated\":true").Length - 1);
    }

    private static Signal<double> Signal(GivenBox given, string task) => given.Box.FindObject(task)!.Signals.Get<double>("ticked");

    private static string State(GivenBox given)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartArray();
        TaskStateDocument.Write(writer, (QmiTaskRunner)given.Box.FindObject("task")!);
        writer.WriteStartObject();
        InstrumentStateDocument.WriteMembers(writer, (QmiInstrument)given.Box.FindObject("instrument")!);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
