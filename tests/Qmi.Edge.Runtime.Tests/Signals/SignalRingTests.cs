namespace Qmi.Edge.Runtime.Tests;

public class SignalRingTests
{
    [Fact]
    public void A_value_that_finds_no_cell_takes_a_number_and_the_gap_is_where_it_was_lost()
    {
        var ring = Allocated(4);
        for (var value = 0; value < 6; value++)
            ring.Add(0, 0, value);

        var taken = new SignalValue<int>[16];
        Assert.Equal(4, ring.Take(taken, out var next));
        Assert.Equal([(0L, 0), (1, 1), (2, 2), (3, 3)], taken.Take(4).Select(value => (value.Sequence, value.Value)));
        Assert.Equal(6, next);
        ring.Add(0, 0, 6);
        Assert.Equal(1, ring.Take(taken, out next));
        Assert.Equal((6L, 6, 7L), (taken[0].Sequence, taken[0].Value, next));
    }

    [Fact]
    public void Values_that_nobody_wants_are_numbered_all_the_same()
    {
        var ring = new SignalRing<int>(4, first: 100);
        ring.Skip();
        ring.Skip();
        Assert.Equal(102, ring.NextSequence);

        ring.Allocate();
        ring.Add(0, 0, 1);
        var taken = new SignalValue<int>[1];
        ring.Take(taken, out _);
        Assert.Equal(102, taken[0].Sequence);
    }

    [Fact]
    public void It_says_when_another_quarter_is_taken()
    {
        var ring = Allocated(16);

        Assert.Equal([0, 4, 8, 12], Enumerable.Range(0, 16).Where(value => ring.Add(0, 0, value)));
        Assert.True(ring.IsFilling);
        ring.Take(new SignalValue<int>[16], out _);
        Assert.False(ring.IsFilling);
        Assert.True(ring.IsEmpty);
    }

    [Fact]
    public void Through_many_rounds_nothing_is_mixed_up()
    {
        var ring = new SignalRing<long>(8);
        ring.Allocate();
        var taken = new SignalValue<long>[8];
        var random = new Random(1);
        var (expected, received) = (0L, 0);
        for (var value = 0L; value < 10_000;)
        {
            for (var count = random.Next(9); count > 0; count--)
                ring.Add(value, 0, value++);
            var found = ring.Take(taken.AsSpan(0, random.Next(9)), out _);
            foreach (var each in taken.AsSpan(0, found))
            {
                Assert.True(each.Sequence >= expected);
                Assert.Equal((each.Sequence, each.Sequence), (each.Value, each.Monotonic));
                expected = each.Sequence + 1;
            }

            received += found;
        }

        Assert.InRange(received, 5_000, 10_008);
        Assert.InRange(ring.NextSequence, 10_000, 10_008);
    }

    [Fact]
    [Trait("rule", "SIG-2")]
    public void From_many_publishers_the_numbers_come_in_order_and_every_gap_is_a_loss()
    {
        const int Threads = 4;
        const int Each = 200_000;
        var ring = new SignalRing<(int Thread, int Number)>(64);
        ring.Allocate();
        var isDone = false;
        var publishers = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            for (var number = 0; number < Each; number++)
                ring.Add(0, 0, (thread, number));
        })).ToList();
        publishers.ForEach(publisher => publisher.Start());
        var watcher = new Thread(() =>
        {
            publishers.ForEach(publisher => publisher.Join());
            Volatile.Write(ref isDone, true);
        });
        watcher.Start();

        var taken = new SignalValue<(int Thread, int Number)>[32];
        var last = Enumerable.Repeat(-1, Threads).ToArray();
        var (expected, received, lost) = (0L, 0L, 0L);
        while (true)
        {
            var wasDone = Volatile.Read(ref isDone);
            var count = ring.Take(taken, out var next);
            for (var index = 0; index < count; index++)
            {
                var value = taken[index];
                Assert.True(value.Sequence >= expected, "Numbers rise.");
                lost += value.Sequence - expected;
                expected = value.Sequence + 1;
                Assert.True(value.Value.Number > last[value.Value.Thread], "The order of one publisher is kept.");
                last[value.Value.Thread] = value.Value.Number;
            }

            received += count;
            if (next >= 0)
                (lost, expected) = (lost + next - expected, next);
            if (wasDone && count == 0)
                break;
        }

        Assert.Equal((Threads * Each, Threads * Each), (received + lost, expected));
    }

    private static SignalRing<int> Allocated(int capacity)
    {
        var ring = new SignalRing<int>(capacity);
        ring.Allocate();
        return ring;
    }
}
