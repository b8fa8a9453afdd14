using System.Globalization;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A reliable signal, a real broker that is killed, and a box that is made anew.</summary>
public class LostBrokerTests
{
    // The broker must remember who has subscribed; the messages are the box's to keep.
    private const string Configuration = "allow_anonymous true\nset_tcp_nodelay true\npersistence true\nautosave_interval 1\nmax_queued_messages 0";

    [Fact]
    [Trait("rule", "MQTT-2.8.4")]
    public async Task Of_a_reliable_signal_nothing_is_lost_when_the_broker_is_killed()
    {
        const int Rounds = 4;
        using var broker = new MosquittoBroker(Configuration);
        await using var given = new GivenWire(broker);
        using var consumer = Subscribe(broker);
        var count = 0L;
        GivenWire.WaitForFirst(consumer, () => given.Event.Publish(count++));
        WaitUntilSaved(broker);

        for (var round = 0; round < Rounds; round++)
        {
            // In the middle of a stream of batches.
            var end = count + 400 + (round * 150);
            var killAt = end - 130 - (round * 40);
            while (count < end)
            {
                given.Event.Publish(count++);
                if (count == killAt)
                    broker.Kill();
                if (count % 10 == 0)
                    SpinWait.SpinUntil(() => false, TimeSpan.FromMilliseconds(5));
            }

            broker.Restart();
            // A broker that is killed takes with it what it had acknowledged and nobody was there to be given.
            WaitFor(consumer, given.Box.Boot, count);
        }

        AssertWhole(consumer, [(given.Box.Boot, count)]);
    }

    [Fact]
    public async Task What_a_box_could_not_send_before_it_ended_arrives_when_it_is_back()
    {
        var folder = Directory.CreateTempSubdirectory("qmi-signals-");
        using var broker = new MosquittoBroker(Configuration);
        using var consumer = Subscribe(broker);
        string boot;
        var count = 0L;
        using (var disk = new FolderDisk(folder.FullName))
        {
            await using var first = new GivenWire(broker, disk);
            boot = first.Box.Boot;
            GivenWire.WaitForFirst(consumer, () => first.Event.Publish(count++));
            WaitUntilSaved(broker);
            broker.Kill();
            for (var value = 0; value < 300; value++)
                first.Event.Publish(count++);
        }

        broker.Restart();
        string secondBoot;
        using (var disk = new FolderDisk(folder.FullName))
        {
            await using var second = new GivenWire(broker, disk);
            secondBoot = second.Box.Boot;
            second.Event.Publish(0);
            WaitFor(consumer, secondBoot, 1);
        }

        AssertWhole(consumer, [(boot, count), (secondBoot, 1)]);
        folder.Delete(recursive: true);
    }

    private static ChildProcess Subscribe(MosquittoBroker broker) => GivenWire.Subscribe(broker, "event", "-q", "1", "-i", "consumer", "-c");

    private static void WaitUntilSaved(MosquittoBroker broker)
    {
        var database = broker.GetPath("mosquitto.db");
        Assert.True(SpinWait.SpinUntil(() => File.Exists(database) && File.ReadAllText(database).Contains(GivenWire.Topic("event"), StringComparison.Ordinal), ChildProcess.Patience));
    }

    private static void WaitFor(ChildProcess consumer, string boot, long end) => Assert.True(
        SpinWait.SpinUntil(() => GivenWire.Batches(consumer).Any(batch => batch.GetProperty("boot").GetString() == boot && End(batch) == end), ChildProcess.Patience),
        string.Create(CultureInfo.InvariantCulture, $"{end} never came; last: {consumer.Output[^1]}"));

    // As the contract tells consumers: what was there already is dropped by its number, and then there is no gap.
    private static void AssertWhole(ChildProcess consumer, (string Boot, long Count)[] runs)
    {
        // What was published before the consumer subscribed is not for it.
        var next = runs.ToDictionary(run => run.Boot, run => run == runs[0] ? GivenWire.Batches(consumer).First().GetProperty("s").GetInt64() : 0);
        foreach (var batch in GivenWire.Batches(consumer))
        {
            Assert.False(batch.TryGetProperty("lost", out _), batch.GetRawText());
            var boot = batch.GetProperty("boot").GetString()!;
            Assert.True(batch.GetProperty("s").GetInt64() <= next[boot], $"A gap before {batch.GetRawText()}: {next[boot]} was expected.");
            next[boot] = Math.Max(next[boot], End(batch));
        }

        Assert.Equal(runs, runs.Select(run => (run.Boot, next[run.Boot])));
    }

    private static long End(JsonElement batch) => batch.GetProperty("s").GetInt64() + batch.GetProperty("n").GetInt64();
}
