using System.Text;

namespace Qmi.Edge.Bridge.Tests;

public sealed unsafe class OutboxTests : IDisposable
{
    private const int Capacity = 4096;
    private readonly Outbox _outbox = new(Capacity);

    public OutboxTests() => _outbox.Open();

    public void Dispose() => _outbox.Dispose();

    [Fact]
    public void Every_field_comes_out_as_it_went_in()
    {
        Assert.True(_outbox.TryAdd(new MqttPublication
        {
            Topic = "a/b"u8,
            Payload = [1, 0, 2],
            Qos = MqttQos.AtLeastOnce,
            Retain = true,
            Token = 42,
            PayloadIsUtf8 = true,
            MessageExpiry = 0,
            ContentType = "text"u8,
            ResponseTopic = "r"u8,
            CorrelationData = [0, 9],
            UserProperties = new MqttUserProperties(MqttUserProperties.Encode(("k", "v"), ("", "w"))),
        }, out var wasEmpty));

        var record = _outbox.Peek();
        Assert.True(wasEmpty);
        Assert.Equal((OutboxKind.Publish, MqttQos.AtLeastOnce, true, 42L, true, true, 0u), (record->Kind, record->Qos, record->Retain, record->Token, record->PayloadIsUtf8, record->HasExpiry, record->MessageExpiry));
        Assert.Equal("a/b\0"u8, new ReadOnlySpan<byte>(OutboxRecord.GetTopic(record), 4));
        Assert.Equal("r\0"u8, new ReadOnlySpan<byte>(OutboxRecord.GetResponseTopic(record), 2));
        Assert.Equal("text\0"u8, new ReadOnlySpan<byte>(OutboxRecord.GetContentType(record), 5));
        Assert.Equal(new byte[] { 0, 9 }, new ReadOnlySpan<byte>(OutboxRecord.GetCorrelation(record), record->CorrelationLength));
        Assert.Equal(new byte[] { 1, 0, 2 }, new ReadOnlySpan<byte>(OutboxRecord.GetPayload(record), record->PayloadLength));
        Assert.Equal("k\0v\0\0w\0"u8, new ReadOnlySpan<byte>(OutboxRecord.GetUserProperties(record), record->UserPropertyBytes));
        Assert.Equal(2, record->UserPropertyCount);
    }

    [Fact]
    public void A_subscription_comes_out_as_it_went_in()
    {
        var subscription = new MqttSubscription("größe/+/#") { NoLocal = true, RetainAsPublished = true, RetainHandling = MqttRetainHandling.DoNotSend };
        Assert.True(_outbox.TryAdd(OutboxKind.Subscribe, subscription.Filter, subscription.Qos, MqttSubscriptionOptions.Encode(subscription), out _));
        Assert.Equal(subscription, OutboxRecord.GetSubscription(_outbox.Peek()));
    }

    [Fact]
    public void Records_of_all_sizes_come_out_in_order_over_many_rounds()
    {
        var random = new Random(5);
        var expected = new Queue<byte[]>();
        for (var step = 0; step < 50_000; step++)
        {
            var payload = new byte[random.Next(random.Next(2) == 0 ? 100 : 3000)];
            random.NextBytes(payload);
            var wasEmpty = expected.Count == 0;
            if (random.Next(3) > 0 && _outbox.TryAdd(new MqttPublication { Topic = "t"u8, Payload = payload }, out var saidEmpty))
            {
                Assert.Equal(wasEmpty, saidEmpty);
                expected.Enqueue(payload);
            }
            else if (expected.TryDequeue(out var oldest))
            {
                var record = _outbox.Peek();
                Assert.Equal(oldest, new ReadOnlySpan<byte>(OutboxRecord.GetPayload(record), record->PayloadLength));
                _outbox.Remove();
            }

            Assert.Equal(expected.Count == 0, _outbox.IsEmpty);
            Assert.Equal(expected.Count == 0, _outbox.Peek() is null);
        }
    }

    [Fact]
    public void It_is_bounded_in_bytes_and_tells_when_half_of_it_is_free_again()
    {
        var count = 0;
        while (Add($"{count}", 100))
            count++;
        Assert.InRange(count, Capacity / 250, Capacity / 100);

        var removed = 0;
        while (!_outbox.Remove())
            removed++;
        Assert.InRange(removed, (count / 2) - 1, (count / 2) + 1);

        // Told once for each time it was full.
        while (!_outbox.IsEmpty)
            Assert.False(_outbox.Remove());
    }

    [Fact]
    public void The_largest_record_fits_whatever_was_in_before()
    {
        var largest = 0;
        while (OutboxRecord.Measure(new MqttPublication { Topic = "t"u8, Payload = new byte[largest + 1] }) <= Capacity)
            largest++;

        for (var before = 0; before < 20; before++)
        {
            for (var i = 0; i < before; i++)
            {
                Assert.True(Add("x", i * 7));
                _outbox.Remove();
            }

            Assert.True(Add("t", largest));
            Assert.False(Add("t", 0));
            _outbox.Remove();
        }

        Assert.Throws<ArgumentException>(() => Add("t", largest + 1));
    }

    [Fact]
    public void Closed_it_takes_nothing_and_keeps_what_it_has()
    {
        Assert.True(Add("kept", 0));
        _outbox.Close();
        Assert.False(Add("late", 0));
        Assert.Equal("kept", OutboxRecord.GetTopicText(_outbox.Peek()));
        _outbox.Open();
        Assert.True(Add("again", 0));
        _outbox.Seal();
        _outbox.Open();
        Assert.False(Add("never", 0));
    }

    [Fact]
    public void Many_threads_can_add_while_one_removes()
    {
        const int Threads = 4;
        const int PerThread = 5000;
        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            for (var i = 0; i < PerThread; i++)
            {
                while (!_outbox.TryAdd(new MqttPublication { Topic = "t"u8, Token = (number * PerThread) + i + 1 }, out _))
                    Thread.Yield();
            }
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();

        var last = new long[Threads];
        for (var received = 0; received < Threads * PerThread;)
        {
            var record = _outbox.Peek();
            if (record is null)
                continue;
            var number = (record->Token - 1) / PerThread;
            Assert.True(record->Token > last[number]);
            last[number] = record->Token;
            _outbox.Remove();
            received++;
        }

        foreach (var thread in threads)
            thread.Join();
        Assert.True(_outbox.IsEmpty);
    }

    private bool Add(string topic, int payload) => _outbox.TryAdd(new MqttPublication { Topic = Encoding.UTF8.GetBytes(topic), Payload = new byte[payload] }, out _);
}
