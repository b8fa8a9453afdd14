using System.Globalization;
using System.Text.Json;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A consumer that is stopped, and a broker that then gives up what it cannot keep for it.</summary>
public class SlowConsumerTests
{
    [Fact]
    [Trait("rule", "MQTT-2.8.2")]
    [Trait("rule", "MQTT-3.19")]
    public async Task A_consumer_that_was_stopped_finds_its_gaps_and_fills_them_exactly()
    {
        using var broker = new MosquittoBroker("allow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 20\nsys_interval 1");
        await using var given = new GivenWire(broker, ringBytes: 64 << 20);
        using var replies = new Supervisor(broker.Port, "qmi/v1/box/box07/reply/#");
        using var dropped = new ChildProcess("mosquitto_sub", "-h", "127.0.0.1", "-p", broker.Port.ToString(CultureInfo.InvariantCulture), "-t", "$SYS/broker/publish/messages/dropped");
        using var consumer = GivenWire.Subscribe(broker, "level");
        var count = 0;
        void Publish(int values)
        {
            for (var value = 0; value < values; value++)
                given.Level.Publish(count++ + 0.1234567890123);
        }

        GivenWire.WaitForFirst(consumer, () => Publish(1));
        consumer.Pause();
        // The kernel takes some megabytes before the broker notices.
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                Publish(400);
                Assert.True(SpinWait.SpinUntil(() => given.Level.History!.ReadRangeAsync(null, 0, null, 1000).GetAwaiter().GetResult().To == count, ChildProcess.Patience));
                return dropped.Output.Any(line => line != "0");
            },
            TimeSpan.FromSeconds(60)));
        consumer.Continue();
        var batches = new List<JsonElement>();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                Publish(1);
                batches = [.. GivenWire.Batches(consumer)];
                return batches[^1].GetProperty("s").GetInt64() > count - 500;
            },
            ChildProcess.Patience));

        var values = new SortedDictionary<long, double>();
        var (next, gaps) = (batches[0].GetProperty("s").GetInt64(), 0);
        foreach (var batch in batches)
        {
            var first = batch.GetProperty("s").GetInt64();
            if (first != next)
            {
                gaps++;
                Fill(replies, next, first, values);
            }

            Refill.Take(batch, values);
            next = first + batch.GetProperty("n").GetInt64();
        }

        Assert.True(gaps > 0, "Nothing was lost, so nothing was proved.");
        var begin = values.Keys.First();
        Assert.Equal(Enumerable.Range((int)begin, (int)(next - begin)).Select(number => number + 0.1234567890123), values.Values);
        Assert.Equal(next - begin, values.Count);
    }

    private static void Fill(Supervisor replies, long from, long to, SortedDictionary<long, double> values)
    {
        for (long? next = from; next is { } begin;)
        {
            var reply = replies.Ask("box07", "get", "alice", "source", "signal_range", $$$"""{"args":{"signal":"level","from":{{{begin}}},"to":{{{to}}}}}""");
            next = Refill.TakeAnswer(reply.GetProperty("result"), values);
        }
    }
}
