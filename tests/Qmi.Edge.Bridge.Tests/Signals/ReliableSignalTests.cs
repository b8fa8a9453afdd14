using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>The order of sending, acknowledging and repeating, on a connection that does what the test says.</summary>
public class ReliableSignalTests
{
    [Fact]
    public async Task Values_go_out_with_acknowledgement_and_what_is_acknowledged_is_not_repeated()
    {
        await using var given = new GivenData();
        given.Event.Publish(1);
        var first = given.WaitFor("event", 1)[0];
        Assert.Equal(MqttQos.AtLeastOnce, first.Qos);
        given.Data.Acknowledge(first.Token);
        given.Event.Publish(2);
        var second = given.WaitFor("event", 2)[1];

        given.Data.Disconnect(second.Token);
        given.Data.Connect();

        Assert.Equal([0L, 1, 1], Numbers(given.WaitFor("event", 3)));
    }

    [Fact]
    public async Task What_was_under_way_when_the_connection_broke_is_sent_again_in_order()
    {
        await using var given = new GivenData();
        for (var value = 0; value < 3; value++)
        {
            given.Event.Publish(value);
            given.WaitFor("event", value + 1);
        }

        given.Data.Acknowledge(given.Of("event")[0].Token);
        given.Data.Disconnect(given.Of("event")[1].Token, given.Of("event")[2].Token);
        given.Data.Connect();

        Assert.Equal([0L, 1, 2, 1, 2], Numbers(given.WaitFor("event", 5)));
    }

    [Fact]
    [Trait("rule", "MQTT-3.1")]
    public async Task A_long_absence_of_the_broker_costs_nothing()
    {
        await using var given = new GivenData(data: new FakeConnection { IsConnected = false });
        for (var value = 0; value < 200; value++)
        {
            given.Event.Publish(value);
            given.WaitUntil(() => given.Event.History!.GetEndsAsync().GetAwaiter().GetResult().Last?.Next == value + 1);
        }

        given.Data.Connect();
        AcknowledgeUntil(given, 200);

        Assert.Equal(Enumerable.Range(0, 200).Select(number => (long)number), Numbers(given.Of("event")));
        Assert.All(given.Of("event"), batch => Assert.False(batch.Json.TryGetProperty("lost", out _)));
    }

    [Fact]
    public async Task What_a_box_had_left_the_next_run_of_it_sends_first()
    {
        var disk = new CrashingDisk();
        string boot;
        await using (var given = new GivenData(disk: disk))
        {
            boot = given.Box.Boot;
            for (var value = 0; value < 5; value++)
            {
                given.Event.Publish(value);
                given.WaitFor("event", value + 1);
            }

            given.Data.Acknowledge(given.Of("event")[0].Token);
            given.Data.Acknowledge(given.Of("event")[1].Token);
        }

        await using var next = new GivenData(disk: disk);
        next.Event.Publish(100);
        AcknowledgeUntil(next, 4);

        Assert.Equal([(boot, 2L), (boot, 3), (boot, 4), (next.Box.Boot, 0)], next.Of("event").Select(batch => (batch.Json.GetProperty("boot").GetString(), batch.Json.GetProperty("s").GetInt64())));
        Assert.All(next.Of("event"), batch => Assert.False(batch.Json.TryGetProperty("lost", out _)));
    }

    [Fact]
    public async Task After_a_power_cut_nothing_that_waited_for_more_than_a_second_is_gone()
    {
        var disk = new CrashingDisk(seed: 4);
        string boot;
        await using (var given = new GivenData(disk: disk, data: new FakeConnection { IsConnected = false }))
        {
            boot = given.Box.Boot;
            for (var value = 0; value < 5; value++)
            {
                given.Event.Publish(value);
                given.WaitUntil(() => given.Event.History!.GetEndsAsync().GetAwaiter().GetResult().Last?.Next == value + 1);
            }

            var flushes = 0;
            disk.Before = what => flushes += what.StartsWith("flush signals", StringComparison.Ordinal) ? 1 : 0;
            given.WaitUntil(() => Volatile.Read(ref flushes) > 0, TimeSpan.FromMilliseconds(100));
            disk.Before = null;
            disk.Cut();
            disk.FailsAt = disk.Operations;
        }

        disk.PowerUp();
        await using var next = new GivenData(disk: disk);
        AcknowledgeUntil(next, 5);
        Assert.Equal(Enumerable.Range(0, 5).Select(number => (boot, (long)number)), next.Of("event").Select(batch => (batch.Json.GetProperty("boot").GetString()!, batch.Json.GetProperty("s").GetInt64())));
    }

    [Fact]
    public async Task A_refusal_is_repeated_later_with_everything_after_it()
    {
        await using var given = new GivenData();
        for (var value = 0; value < 3; value++)
        {
            given.Event.Publish(value);
            given.WaitFor("event", value + 1);
        }

        given.Data.Acknowledge(given.Of("event")[1].Token, MqttReason.QuotaExceeded);
        given.Data.Acknowledge(given.Of("event")[0].Token);
        given.Data.Acknowledge(given.Of("event")[2].Token);

        Assert.Equal([0L, 1, 2, 1, 2], Numbers(given.WaitFor("event", 5, TimeSpan.FromMilliseconds(100))));
        Assert.True(given.Time.Now >= MonotonicTime.Second);
    }

    [Fact]
    public async Task What_a_broker_never_takes_is_given_up_and_told_by_the_next()
    {
        await using var given = new GivenData();
        given.Event.Publish(0);
        given.Data.Acknowledge(given.WaitFor("event", 1)[0].Token, MqttReason.PacketTooLarge);
        given.Event.Publish(1);

        var next = given.WaitFor("event", 2)[1].Json;
        Assert.Equal((1, 1), (next.GetProperty("s").GetInt64(), next.GetProperty("lost").GetInt32()));
    }

    [Fact]
    [Trait("rule", "MQTT-2.8.3")]
    public async Task More_than_the_history_holds_is_lost_oldest_first_and_told()
    {
        await using var given = new GivenData(data: new FakeConnection { IsConnected = false });
        var count = 0L;
        // 1 MiB in memory; a batch of 500 takes about 5 KiB, with their uneven times.
        while (count < 200_000)
        {
            for (var piece = 0; piece < 500; piece++)
                given.Event.Publish(count++ * 1_000_000_007);
            var end = count;
            given.WaitUntil(() => given.Event.History!.GetEndsAsync().GetAwaiter().GetResult().Last?.Next == end, TimeSpan.FromMilliseconds(50));
        }

        given.Data.Connect();
        AcknowledgeUntil(given, number: count);

        // A few were taken before anything was given up.
        var (next, lost) = (0L, 0L);
        foreach (var batch in given.Of("event").Select(batch => batch.Json))
        {
            var told = batch.TryGetProperty("lost", out var value) ? value.GetInt64() : 0;
            Assert.Equal(next + told, batch.GetProperty("s").GetInt64());
            next = batch.GetProperty("s").GetInt64() + batch.GetProperty("n").GetInt64();
            lost += told;
        }

        Assert.Equal(count, next);
        Assert.InRange(lost, 1, count - 1);
    }

    private static IEnumerable<long> Numbers(IReadOnlyList<Published> batches) => batches.Select(batch => batch.Json.GetProperty("s").GetInt64());

    private static void AcknowledgeUntil(GivenData given, int count) => AcknowledgeUntil(given, () => given.Of("event").Count >= count);

    private static void AcknowledgeUntil(GivenData given, long number) =>
        AcknowledgeUntil(given, () => given.Of("event") is [.., var last] && last.Json.GetProperty("s").GetInt64() + last.Json.GetProperty("n").GetInt64() == number);

    private static void AcknowledgeUntil(GivenData given, Func<bool> condition)
    {
        var answered = 0;
        given.WaitUntil(() =>
        {
            var events = given.Of("event");
            for (; answered < events.Count; answered++)
                given.Data.Acknowledge(events[answered].Token);
            return condition();
        });
    }
}
