using System.Globalization;
using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public sealed class DocumentBoardTests : IAsyncDisposable
{
    private const long Millisecond = MonotonicTime.Millisecond;

    private readonly EdgeBox _box = new("box07", new EdgeBoxOptions { TimeProvider = new ManualTime() });
    private readonly SinkConnection _sink = new();
    private readonly DocumentBoard _board;
    private int _wakes;

    public DocumentBoardTests()
    {
        var ledger = new TopicLedger(_box, "qmi/v1/box/box07", () => { }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        _board = new DocumentBoard(() => Interlocked.Increment(ref _wakes), ledger);
    }

    public ValueTask DisposeAsync() => _box.DisposeAsync();

    [Fact]
    public void Only_what_changed_is_published_in_the_order_in_which_it_changed()
    {
        var documents = "abc".Select(name => Add($"{name}")).ToList();
        Flush(0);
        _sink.Clear();

        _board.Touch(documents[2]);
        _board.Touch(documents[0]);
        _board.Touch(documents[2]);
        Flush(0);
        Flush(0);

        Assert.Equal(["c", "a"], _sink.Topics);
    }

    [Fact]
    public void A_document_with_an_interval_rests_after_it_was_published_and_wakes_nobody_meanwhile()
    {
        var value = 0;
        var document = _board.Add("status", TimeSpan.FromMilliseconds(200), (writer, _) => writer.WriteNumberValue(value));
        Flush(0);
        var wakes = _wakes;
        for (value = 1; value < 1000; value++)
            _board.Touch(document);
        value = 999;

        Assert.Equal(wakes, _wakes);
        var next = Flush(100 * Millisecond);
        Assert.Equal(200 * Millisecond, next);
        Assert.Equal(["0"], _sink.Payloads);
        Flush(next);
        Assert.Equal(["0", "999"], _sink.Payloads);

        // Nothing changed during the second rest: the next change is published at once.
        Flush(400 * Millisecond);
        Flush(450 * Millisecond);
        Assert.Equal(2, _sink.Payloads.Count);
        _board.Touch(document);
        Assert.Equal(wakes + 1, _wakes);
        Flush(450 * Millisecond);
        Assert.Equal(3, _sink.Payloads.Count);
    }

    [Fact]
    public void Rests_end_together_so_that_many_busy_documents_cost_few_wakes()
    {
        var documents = Enumerable.Range(0, 200).Select(number => _board.Add($"status{number}", TimeSpan.FromMilliseconds(200), (writer, _) => writer.WriteNumberValue(1))).ToList();
        var looks = 0;
        for (long now = 0; now < 10 * MonotonicTime.Second; looks++)
        {
            // Every document changes all the time, each published first at another moment.
            foreach (var document in documents.Take((int)(now / Millisecond) + 1))
                _board.Touch(document);
            now = Math.Max(now + Millisecond, Math.Min(Flush(now), now < 200 * Millisecond ? now + Millisecond : long.MaxValue));
        }

        // 200 in the first 200 ms, then one for each place on the grid.
        Assert.InRange(looks, 200, 200 + (10 * 50));
        Assert.InRange(_sink.Topics.Count, 200 * 45, 200 * 51);
    }

    [Fact]
    public void What_the_connection_does_not_take_is_offered_again_and_nothing_overtakes_it()
    {
        Add("a");
        Add("b");
        Flush(0);
        _sink.Clear();
        var (first, second) = (Add("c"), Add("d"));
        _sink.Takes = 1;

        Assert.False(TryFlush(0));
        _board.Touch(first);
        _board.Touch(second);
        _sink.Takes = int.MaxValue;
        Assert.True(TryFlush(0));

        Assert.Equal(["c", "d", "c"], _sink.Topics);
    }

    [Fact]
    public void A_removed_document_is_cleared_before_the_next_one_of_its_topic_is_published()
    {
        var document = _board.Add("status", TimeSpan.FromMilliseconds(200), (writer, _) => writer.WriteNumberValue(1));
        Flush(0);
        _board.Touch(document);
        _board.Remove(document);
        _board.Add("status", TimeSpan.FromMilliseconds(200), (writer, _) => writer.WriteNumberValue(2));
        Flush(1 * Millisecond);
        Flush(10_000 * Millisecond);

        Assert.Equal(["1", "", "2"], _sink.Payloads);
    }

    [Fact]
    public void A_broker_that_may_know_nothing_is_told_everything_but_what_is_empty()
    {
        var isRaised = true;
        var alarm = _board.Add("alarm", TimeSpan.Zero, (writer, _) =>
        {
            if (isRaised)
                writer.WriteNumberValue(1);
        });
        Add("a");
        var removed = Add("b");
        Flush(0);
        isRaised = false;
        _board.Touch(alarm);
        Flush(0);
        _board.Remove(removed);

        Assert.Equal(["b", "a"], _board.Describe().Select(document => document.Topic));
        _board.Touch(alarm);
        Assert.Equal(["alarm", "a"], _board.Describe().Select(document => document.Topic));
    }

    [Fact]
    public void Numbers_rise_over_all_documents()
    {
        var numbers = new List<long>();
        var documents = Enumerable.Range(0, 3).Select(index => _board.Add($"{index}", TimeSpan.Zero, (writer, sequence) =>
        {
            numbers.Add(sequence);
            writer.WriteNumberValue(sequence);
        })).ToList();
        for (var round = 0; round < 5; round++)
        {
            documents.ForEach(_board.Touch);
            Flush(0);
        }

        Assert.Equal(Enumerable.Range(1, 15).Select(number => (long)number), numbers);
    }

    [Fact]
    public async Task Whatever_is_touched_by_many_threads_ends_up_published_as_it_is_last()
    {
        var values = new long[8];
        var documents = Enumerable.Range(0, values.Length).Select(index => _board.Add($"{index}", TimeSpan.FromMilliseconds(index % 2 == 0 ? 0 : 1), (writer, _) => writer.WriteNumberValue(Interlocked.Read(ref values[index])))).ToList();
        long now = 0;
        var writers = Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var round = 0; round < 20_000; round++)
            {
                var index = (round + thread) % values.Length;
                Interlocked.Increment(ref values[index]);
                _board.Touch(documents[index]);
            }
        })).ToArray();
        while (!Task.WhenAll(writers).IsCompleted)
            Flush(now += Millisecond / 10);
        await Task.WhenAll(writers);
        Flush(now += 10 * Millisecond);
        Flush(now + (100 * Millisecond));

        Assert.All(Enumerable.Range(0, values.Length), index => Assert.Equal(values[index].ToString(CultureInfo.InvariantCulture), _sink.Newest($"{index}")));
    }

    [Fact]
    public void Touching_allocates_nothing()
    {
        var documents = Enumerable.Range(0, 100).Select(index => Add($"{index}")).ToList();
        Flush(0);
        documents.ForEach(_board.Touch);
        Flush(0);
        var before = GC.GetAllocatedBytesForCurrentThread();

        foreach (var document in documents)
            _board.Touch(document);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private RetainedDocument Add(string topic) => _board.Add(topic, TimeSpan.Zero, (writer, _) => writer.WriteNumberValue(1));

    private long Flush(long now)
    {
        var next = MonotonicTime.Never;
        Assert.True(_board.Flush(_sink, now, ref next));
        return next;
    }

    private bool TryFlush(long now)
    {
        var next = MonotonicTime.Never;
        return _board.Flush(_sink, now, ref next);
    }

    private sealed class SinkConnection : IMqttConnection
    {
        private readonly List<(string Topic, string Payload)> _taken = [];

        public int Takes { get; set; } = int.MaxValue;

        public IReadOnlyList<string> Topics => [.. _taken.Select(taken => taken.Topic)];

        public IReadOnlyList<string> Payloads => [.. _taken.Select(taken => taken.Payload)];

        public MqttSession? Session => null;

        public string? Newest(string topic) => _taken.LastOrDefault(taken => taken.Topic == topic).Payload;

        public void Clear() => _taken.Clear();

        public void Start(IMqttEvents events)
        {
        }

        public bool TryPublish(in MqttPublication publication)
        {
            if (Takes-- <= 0)
                return false;
            _taken.Add((Encoding.UTF8.GetString(publication.Topic), Encoding.UTF8.GetString(publication.Payload)));
            return true;
        }

        public bool TrySubscribe(MqttSubscription subscription) => true;

        public bool TryUnsubscribe(string filter) => true;

        public long Renew() => 0;

        public ValueTask<bool> StopAsync(MqttStop how, TimeSpan patience) => new(true);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
