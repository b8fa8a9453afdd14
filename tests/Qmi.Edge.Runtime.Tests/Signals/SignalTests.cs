namespace Qmi.Edge.Runtime.Tests;

public class SignalTests
{
    [Fact]
    [Trait("rule", "SIG-1")]
    [Trait("rule", "SIG-4")]
    [Trait("rule", "MODEL-1")]
    public async Task Signals_are_listed_in_the_description_of_their_object()
    {
        await using var given = new GivenBox();
        var task = given.Task(_ => { });

        Assert.Equal(["settings_updated", "status_updated", "loop_missed", "loop_recovered", "ticked"], task.Description.Signals.Select(signal => signal.Name));
    }

    [Fact]
    [Trait("rule", "SIG-2")]
    public async Task Values_carry_a_sequence_number_and_both_times_and_keep_their_order()
    {
        await using var given = new GivenBox();
        var task = given.Task(_ => { });
        var receiver = new SignalReceiver<double>();
        task.Ticked.Subscribe(receiver);
        var signal = Signal(given);

        given.Time.Advance(TimeSpan.FromSeconds(1));
        signal.Publish(1.5);
        given.Time.Advance(TimeSpan.FromSeconds(1));
        signal.Publish(2.5);

        var (first, second) = (receiver.GetNextSignal(GivenBox.Patience), receiver.GetNextSignal(GivenBox.Patience));
        Assert.Equal((0L, MonotonicTime.Second, given.Time.Epoch.AddSeconds(1), 1.5), (first.Sequence, first.Monotonic, first.Time, first.Value));
        Assert.Equal((1L, 2 * MonotonicTime.Second, 2.5), (second.Sequence, second.Monotonic, second.Value));
    }

    [Fact]
    [Trait("rule", "SIG-2")]
    public async Task A_full_receiver_gives_up_the_oldest_or_the_newest_as_asked_and_counts_them()
    {
        await using var given = new GivenBox();
        var task = given.Task(_ => { });
        var oldest = new SignalReceiver<double>(3, DiscardPolicy.Oldest);
        var newest = new SignalReceiver<double>(3, DiscardPolicy.Newest);
        task.Ticked.Subscribe(oldest);
        task.Ticked.Subscribe(newest);

        for (var value = 0; value < 5; value++)
            Signal(given).Publish(value);
        SpinWait.SpinUntil(() => oldest.Lost == 2 && newest.Lost == 2, GivenBox.Patience);

        Assert.Equal([2, 3, 4], Drain(oldest));
        Assert.Equal([0, 1, 2], Drain(newest));
    }

    [Fact]
    [Trait("rule", "SIG-2")]
    public async Task A_hundred_thousand_values_from_several_threads_arrive_or_are_counted_as_lost()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var task = given.Task(_ => { });
        var receiver = new SignalReceiver<double>(1_000_000);
        task.Ticked.Subscribe(receiver);
        var signal = Signal(given);

        Parallel.For(0, 4, thread =>
        {
            for (var value = 0; value < 25_000; value++)
                signal.Publish((thread * 25_000) + value);
        });
        SpinWait.SpinUntil(() => receiver.Count + receiver.Lost == 100_000, GivenBox.Patience);

        Assert.Equal(100_000, receiver.Count + receiver.Lost);
        var lastOfThread = new[] { -1.0, -1, -1, -1 };
        foreach (var value in Drain(receiver))
        {
            var thread = (int)(value / 25_000);
            Assert.True(value > lastOfThread[thread], "The order of one publisher is kept.");
            lastOfThread[thread] = value;
        }
    }

    [Fact]
    [Trait("rule", "SIG-1")]
    public async Task Publishing_allocates_nothing_and_does_not_wait_for_a_reader()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var task = given.Task(_ => { });
        var receiver = new SignalReceiver<double>();
        task.Ticked.Subscribe(receiver);
        var signal = Signal(given);
        for (var warm = 0; warm < 1000; warm++)
            signal.Publish(warm);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var value = 0; value < 100_000; value++)
            signal.Publish(value);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task No_value_waits_for_the_next_one_to_be_delivered()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var task = given.Task(_ => { });
        var receiver = new SignalReceiver<double>();
        task.Ticked.Subscribe(receiver);
        var signal = Signal(given);

        // Each comes when the pump is about to rest from the one before.
        for (var value = 0; value < 20_000; value++)
        {
            signal.Publish(value);
            Assert.Equal(value, receiver.GetNextSignal(GivenBox.Patience).Value);
        }
    }

    [Fact]
    [Trait("rule", "SIG-2")]
    public async Task An_object_made_anew_goes_on_with_the_numbers_of_the_one_before()
    {
        await using var given = new GivenBox(TimeProvider.System);
        given.Task(_ => { });
        Signal(given).Publish(1);
        Signal(given).Publish(2);
        await given.Box.RemoveAsync("task");

        var task = given.Task(_ => { });
        var receiver = new SignalReceiver<double>();
        task.Ticked.Subscribe(receiver);
        Signal(given).Publish(3);

        Assert.Equal((2L, 0L), (receiver.GetNextSignal(GivenBox.Patience).Sequence, receiver.Lost));
    }

    [Fact]
    public async Task What_was_published_while_nobody_listened_is_not_lost_for_who_comes_later()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var task = given.Task(_ => { });
        var (first, second) = (new SignalReceiver<double>(), new SignalReceiver<double>());
        task.Ticked.Subscribe(first);
        Signal(given).Publish(1);
        first.GetNextSignal(GivenBox.Patience);
        task.Ticked.Unsubscribe(first);
        Signal(given).Publish(2);
        task.Ticked.Subscribe(second);
        Signal(given).Publish(3);

        Assert.Equal((2L, 0L), (second.GetNextSignal(GivenBox.Patience).Sequence, second.Lost));
    }

    [Fact]
    public async Task Subscribing_twice_is_once_and_unsubscribing_a_stranger_is_nothing()
    {
        await using var given = new GivenBox();
        var task = given.Task(_ => { });
        var receiver = new SignalReceiver<double>();

        task.Ticked.Unsubscribe(receiver);
        task.Ticked.Subscribe(receiver);
        task.Ticked.Subscribe(receiver);
        Signal(given).Publish(1);
        receiver.GetNextSignal(GivenBox.Patience);
        task.Ticked.Unsubscribe(receiver);
        Signal(given).Publish(2);

        Assert.Equal(0, receiver.Count);
    }

    [Fact]
    public async Task A_signal_that_does_not_exist_is_refused_with_the_nearest_name()
    {
        await using var given = new GivenBox();
        given.Task(_ => { });

        Assert.Contains("did you mean \"ticked\"", Assert.Throws<QmiException>(() => given.Box.FindObject("task")!.Signals.Get<double>("tickd")).Message);
        Assert.Contains("Double", Assert.Throws<QmiException>(() => given.Box.FindObject("task")!.Signals.Get<string>("ticked")).Message);
    }

    [Fact]
    public void A_wait_for_a_signal_ends_at_its_timeout()
    {
        Assert.Throws<TimeoutException>(() => new SignalReceiver<double>().GetNextSignal(TimeSpan.Zero));
        Assert.Throws<TimeoutException>(() => new SignalReceiver<double>().GetNextSignal(TimeSpan.FromMilliseconds(1)));
    }

    private static Signal<double> Signal(GivenBox given) => given.Box.FindObject("task")!.Signals.Get<double>("ticked");

    private static List<double> Drain(SignalReceiver<double> receiver)
    {
        var values = new List<double>();
        while (receiver.TryGetNextSignal(out var value))
            values.Add(value.Value);
        return values;
    }
}
