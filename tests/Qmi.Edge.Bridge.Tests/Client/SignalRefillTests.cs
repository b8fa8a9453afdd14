using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public class SignalRefillTests
{
    private const string Topic = "qmi/v1/box/box07/instrument/meter/sig/changed";
    private static readonly TimeSpan Patience = GivenScriptedClient.Patience;

    [Fact]
    public async Task What_is_missing_is_fetched_and_comes_before_what_came_meanwhile()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var receiver = Subscribe(given);
        Publish(given, "A", 0, 0, 1);
        Publish(given, "A", 5, 5);
        var request = given.Request(1);
        Publish(given, "A", 6, 6);

        // As the box has them: the first and the last have more than was asked for.
        given.Connection.ReplyResult(request, Range("A", 2, 5, $"{Batch("A", 1, 1, 2, 3)},{Batch("A", 4, 4, 5)}"));

        Assert.Equal([0, 1, 2, 3, 4, 5, 6], Take(receiver, 7));
        Assert.Equal(0, receiver.Lost);
        Assert.Equal("""{"signal":"changed","boot":"A","from":2,"to":5}""", request.Json.GetProperty("args").GetRawText());
        Assert.EndsWith("get/alice/meter/signal_range", request.Topic);
        Assert.Equal(3, given.Client.Statistics.Refilled);
    }

    [Fact]
    public async Task What_does_not_fit_into_one_answer_is_asked_for_again()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var receiver = Subscribe(given);
        Publish(given, "A", 0, 0);
        Publish(given, "A", 4, 4);

        given.Connection.ReplyResult(given.Request(1), Range("A", 1, 4, Batch("A", 1, 1, 2), "\"next\":3,"));
        var second = given.Request(2);
        given.Connection.ReplyResult(second, Range("A", 3, 4, Batch("A", 3, 3)));

        Assert.Equal([0, 1, 2, 3, 4], Take(receiver, 5));
        Assert.Equal("3", second.Json.GetProperty("args").GetProperty("from").GetRawText());
    }

    [Fact]
    public async Task What_the_box_has_not_any_more_is_lost_and_counted()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var receiver = Subscribe(given);
        Publish(given, "A", 0, 0);
        Publish(given, "A", 10, 10);

        given.Connection.ReplyResult(given.Request(1), Range("A", 1, 10, $"{Batch("A", 4, 4, 5)},{Batch("A", 8, 8)}"));

        Assert.Equal([0, 4, 5, 8, 10], Take(receiver, 5));
        Assert.Equal(3 + 2 + 1, receiver.Lost);
    }

    [Fact]
    public async Task A_box_that_keeps_no_history_costs_nothing_but_the_gap()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var receiver = Subscribe(given);
        Publish(given, "A", 0, 0);
        Publish(given, "A", 3, 3);
        Publish(given, "A", 4, 4);

        given.Connection.ReplyError(given.Request(1), "BAD_ARGS");

        Assert.Equal([0, 3, 4], Take(receiver, 3));
        Assert.Equal(2, receiver.Lost);
        // The next gap is asked for again: the box may have been configured anew.
        Publish(given, "A", 9, 9);
        given.Connection.ReplyResult(given.Request(2), "[]");
        Assert.Equal([9], Take(receiver, 1));
        Assert.Equal(6, receiver.Lost);
    }

    [Fact]
    public async Task After_a_restart_of_the_box_its_last_words_are_fetched_and_its_first()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var receiver = Subscribe(given);
        Publish(given, "A", 7, 7);
        Publish(given, "B", 2, 102);

        var last = given.Request(1);
        given.Connection.ReplyResult(last, Range("A", 8, 10, Batch("A", 8, 8, 9)));
        var first = given.Request(2);
        given.Connection.ReplyResult(first, Range("B", 0, 2, Batch("B", 0, 100, 101)));

        Assert.Equal([7, 8, 9, 100, 101, 102], Take(receiver, 6));
        Assert.Equal(0, receiver.Lost);
        Assert.Equal("""{"signal":"changed","boot":"A","from":8}""", last.Json.GetProperty("args").GetRawText());
        Assert.Equal("""{"signal":"changed","boot":"B","from":0,"to":2}""", first.Json.GetProperty("args").GetRawText());
    }

    [Fact]
    public async Task Who_does_not_want_it_is_not_made_to_wait()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var receiver = new SignalReceiver<double>();
        given.Meter.Changed.Subscribe(receiver);
        Publish(given, "A", 0, 0);
        Publish(given, "A", 5, 5);

        Assert.Equal([0, 5], Take(receiver, 2));
        Assert.Equal(4, receiver.Lost);
        Assert.Empty(given.Connection.Requests);
    }

    [Fact]
    public async Task When_too_much_waits_the_gap_stays_one()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var receiver = Subscribe(given);
        Publish(given, "A", 0, 0);
        Publish(given, "A", 2, 2);
        given.Request(1);

        for (var first = 3L; first < 3 + (200 * 10_000); first += 10_000)
            given.Connection.Deliver(Topic, $$"""{"boot":"A","s":{{first}},"t":"2026-01-02T03:04:05Z","dt_us":1,"n":10000,"values":[{{string.Join(',', Enumerable.Repeat("1.25", 10_000))}}],"q":0}""");

        Assert.Equal([0, 2], Take(receiver, 2));
        Assert.Equal(1, receiver.Lost);
    }

    [Fact]
    public async Task Who_comes_back_after_a_while_waits_for_nothing_from_before()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var receiver = Subscribe(given);
        Publish(given, "A", 0, 0);
        Publish(given, "A", 5, 5);
        var request = given.Request(1);
        given.Meter.Changed.Unsubscribe(receiver);
        given.Meter.Changed.Subscribe(receiver);
        Publish(given, "A", 50, 50);

        Assert.Equal([0, 50], Take(receiver, 2));
        given.Connection.ReplyResult(request, Range("A", 1, 5, Batch("A", 1, 1, 2, 3, 4)));
        Publish(given, "A", 51, 51);
        Assert.Equal([51], Take(receiver, 1));
        Assert.Equal(0, receiver.Lost);
    }

    [Fact]
    public async Task A_binary_signal_of_a_box_comes_whole_through_a_broker_that_was_away()
    {
        using var broker = new MosquittoBroker();
        await using var given = new GivenWire(broker);
        await using var client = await GivenClient.ConnectAsync(broker.Port);
        var signal = given.Source.Signals.Get<Reading>("compact");
        var receiver = new SignalReceiver<Reading>(capacity: 1_000_000) { Refills = true };
        client.GetProxy<SourceProxy>("box07", "source").Compact.Subscribe(receiver);
        var number = 0;
        GivenScriptedClient.Until(() => Next() && SpinWait.SpinUntil(() => receiver.Count > 0, TimeSpan.FromMilliseconds(100)), "a value arrives");

        broker.Kill();
        // Not faster than the box keeps its history: half a million values a second would be.
        for (var more = 0; more < 2000; more++)
        {
            Next();
            if (more % 10 == 0)
                Thread.Sleep(2);
        }

        broker.Restart();
        GivenScriptedClient.Until(() => Next() && SpinWait.SpinUntil(() => client.Statistics.Refilled > 0, TimeSpan.FromMilliseconds(100)), "the gap is filled");

        var values = Enumerable.Range(0, receiver.Count).Select(_ => receiver.GetNextSignal(Patience)).ToList();
        Assert.Equal(0, receiver.Lost);
        Assert.Equal(Enumerable.Range((int)values[0].Value.Value, values.Count), values.Select(value => (int)value.Value.Value));
        Assert.All(values, value => Assert.Equal($"number {value.Value.Value} µ", value.Value.Note));
        Assert.Equal(0, client.Statistics.Unreadable);

        bool Next()
        {
            signal.Publish(new Reading(number, $"number {number} µ"));
            number++;
            return true;
        }
    }

    private static SignalReceiver<double> Subscribe(GivenScriptedClient given)
    {
        var receiver = new SignalReceiver<double>(capacity: 3_000_000) { Refills = true };
        given.Meter.Changed.Subscribe(receiver);
        return receiver;
    }

    private static string Batch(string boot, long first, params double[] values) =>
        $$"""{"v":1,"boot":"{{boot}}","s":{{first}},"t":"2026-01-02T03:04:05.000000Z","dt_us":1,"n":{{values.Length}},"values":[{{string.Join(',', values)}}],"q":0}""";

    private static string Range(string boot, long from, long to, string batches, string more = "") =>
        $$"""{"boot":"{{boot}}","from":{{from}},"to":{{to}},"batches":[{{batches}}],"missing":[],{{more}}"boots":["{{boot}}"]}""";

    private static void Publish(GivenScriptedClient given, string boot, long first, params double[] values) => given.Connection.Deliver(Topic, Batch(boot, first, values));

    private static double[] Take(SignalReceiver<double> receiver, int count) => [.. Enumerable.Range(0, count).Select(_ => receiver.GetNextSignal(Patience).Value)];
}
