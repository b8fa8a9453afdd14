namespace Qmi.Edge.Runtime.Tests;

public class SnapshotTests
{
    private const int Writes = 200_000;

    [Fact]
    public void It_begins_with_its_first_value_and_holds_the_last_one_written()
    {
        var text = new Snapshot<string?>(null);
        var number = new Snapshot<Wide>(new Wide(1));

        Assert.Null(text.Read());
        Assert.Equal(1, number.Read().A);
        text.Write("written");
        number.Write(new Wide(2));

        Assert.Equal("written", text.Read());
        Assert.Equal(2, number.Read().A);
    }

    [Fact]
    public void A_reader_never_sees_half_a_struct_nor_an_older_one_than_before()
    {
        var snapshot = new Snapshot<Wide>(new Wide(0));
        long torn = 0, backwards = 0, reads = 0;

        Race(
            write: count => snapshot.Write(new Wide(count)),
            read: last =>
            {
                var value = snapshot.Read();
                Interlocked.Increment(ref reads);
                if (!value.IsWhole)
                    Interlocked.Increment(ref torn);
                if (value.A < last)
                    Interlocked.Increment(ref backwards);
                return value.A;
            });

        Assert.Equal((0, 0), (torn, backwards));
        Assert.Equal(Writes, snapshot.Read().A);
        Assert.True(reads > 0);
    }

    [Fact]
    public void A_reader_sees_objects_whole_and_in_order()
    {
        var snapshot = new Snapshot<Box>(new Box(0));
        long wrong = 0;

        Race(
            write: count => snapshot.Write(new Box(count)),
            read: last =>
            {
                var value = snapshot.Read();
                if (value.Count != value.SameCount || value.Count < last)
                    Interlocked.Increment(ref wrong);
                return value.Count;
            });

        Assert.Equal(0, wrong);
        Assert.Equal(Writes, snapshot.Read().Count);
    }

    [Fact]
    public void Neither_writing_nor_reading_a_struct_allocates()
    {
        var snapshot = new Snapshot<Wide>(new Wide(0));
        var sum = 0L;
        void Use(int times)
        {
            for (var count = 0; count < times; count++)
            {
                snapshot.Write(new Wide(count));
                sum += snapshot.Read().D;
            }
        }

        Use(10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Use(1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(45 + 499_500, sum);
    }

    // One writer, two readers, until the writer is done.
    private static void Race(Action<long> write, Func<long, long> read)
    {
        var done = false;
        var readers = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            var last = 0L;
            do
                last = read(last);
            while (!Volatile.Read(ref done));
        })).ToList();
        readers.ForEach(reader => reader.Start());
        for (var count = 1; count <= Writes; count++)
            write(count);
        Volatile.Write(ref done, true);
        readers.ForEach(reader => Assert.True(reader.Join(GivenBox.Patience)));
    }

    private readonly record struct Wide(long A, long B, long C, long D, long E, long F, long G, long H)
    {
        public Wide(long value)
            : this(value, value, value, value, value, value, value, value)
        {
        }

        public bool IsWhole => A == B && A == C && A == D && A == E && A == F && A == G && A == H;
    }

    private sealed record Box(long Count)
    {
        public long SameCount { get; } = Count;
    }
}
