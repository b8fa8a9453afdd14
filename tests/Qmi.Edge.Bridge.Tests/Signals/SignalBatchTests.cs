using Qmi.Edge.Runtime;
using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

public class SignalBatchTests
{
    [Fact]
    [Trait("rule", "SIG-2")]
    [Trait("rule", "MQTT-2.8.2")]
    public async Task A_signal_comes_in_batches_whose_numbers_leave_no_gap_unsaid()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        var topic = given.Topic("task/stage/sig/moved");
        Assert.True(SpinWait.SpinUntil(() => given.Supervisor.Seen.Where(seen => seen.Topic == topic).Sum(seen => seen.Json.GetProperty("n").GetInt32()) > 100, ChildProcess.Patience));

        var next = 0L;
        foreach (var batch in given.Supervisor.Seen.Where(seen => seen.Topic == topic).Select(seen => seen.Json))
        {
            Assert.Equal(next, batch.GetProperty("s").GetInt64());
            var values = batch.GetProperty("values").EnumerateArray().ToList();
            Assert.Equal(batch.GetProperty("n").GetInt32(), values.Count);
            Assert.Equal(next + 1, values[0].GetProperty("x").GetDouble());
            if (values.Count > 1)
                Assert.True(batch.TryGetProperty("dt_us", out _) || batch.GetProperty("t_us").GetArrayLength() == values.Count);
            next += values.Count;
        }

        Assert.Contains(given.Supervisor.Seen, seen => seen.Topic == topic && seen.Json.GetProperty("n").GetInt32() > 1);
        Assert.All(given.Supervisor.Seen.Where(seen => seen.Topic == topic), seen => Assert.False(seen.Retain));
        Assert.Equal("0", Text(given.Supervisor.Seen.First(seen => seen.Topic == topic).Json, "q"));
    }

    [Fact]
    [Trait("rule", "MQTT-2.8.1")]
    public async Task A_batch_has_exactly_the_members_of_the_contract_in_its_order()
    {
        await using var given = new GivenData();
        foreach (var value in new[] { 1.0, 1.1, 1.2, 1.3 })
        {
            given.Level.Publish(value);
            given.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        var published = given.WaitFor("level", 1)[0];

        Assert.Equal($$"""{"v":1,"boot":"{{given.Box.Boot}}","s":0,"t":"2026-01-01T00:00:00.000000Z","dt_us":1000,"n":4,"values":[1,1.1,1.2,1.3],"q":0}""", published.Text);
        Assert.Equal((MqttQos.AtMostOnce, "application/json"), (published.Qos, published.ContentType));
        Assert.DoesNotContain(given.Control.Published, other => other.Topic.Contains("/sig/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Uneven_times_are_told_one_by_one_and_a_single_event_needs_none()
    {
        await using var given = new GivenData();
        given.Level.Publish(1);
        given.Time.Advance(TimeSpan.FromMicroseconds(300));
        given.Level.Publish(2);
        given.Time.Advance(TimeSpan.FromMicroseconds(100));
        given.Level.Publish(3);

        var uneven = given.WaitFor("level", 1)[0].Json;
        Assert.Equal("[0,300,400]", uneven.GetProperty("t_us").GetRawText());
        Assert.False(uneven.TryGetProperty("dt_us", out _));

        given.Level.Publish(4);
        var single = given.WaitFor("level", 2)[1].Json;
        Assert.Equal((3, 1), (single.GetProperty("s").GetInt64(), single.GetProperty("n").GetInt32()));
        Assert.False(single.TryGetProperty("t_us", out _) || single.TryGetProperty("dt_us", out _));
    }

    [Fact]
    public async Task A_value_waits_for_others_only_so_long_and_a_batch_is_only_so_large()
    {
        await using var given = new GivenData(new BridgeOptions { SignalInterval = TimeSpan.FromMilliseconds(200), SignalBatchSize = 300 });
        given.Level.Publish(0);
        given.WaitFor("level", 1);
        Assert.True(given.Time.Now >= 200 * MonotonicTime.Millisecond);

        // So many that they are sent before their time.
        var before = given.Time.Now;
        for (var value = 1; value <= 900; value++)
            given.Level.Publish(value);
        Assert.True(SpinWait.SpinUntil(() => given.Of("level").Count >= 3, ChildProcess.Patience));
        Assert.Equal(before, given.Time.Now);
        given.WaitUntil(() => given.Of("level").Sum(batch => batch.Json.GetProperty("n").GetInt32()) == 901);
        Assert.All(given.Of("level"), batch => Assert.InRange(batch.Json.GetProperty("n").GetInt32(), 1, 300));
        AssertContiguous(given.Of("level"));
    }

    [Fact]
    public async Task No_batch_is_larger_than_a_message_may_be()
    {
        await using var given = new GivenData(new BridgeOptions { PayloadLimit = 8192 });
        var text = given.Source.Signals.Get<string>("text");
        var random = new Random(3);
        for (var value = 0; value < 500; value++)
            text.Publish(new string('x', random.Next(400)));
        given.WaitUntil(() => given.Of("text").Sum(batch => batch.Json.GetProperty("n").GetInt32()) == 500);

        Assert.All(given.Of("text"), batch => Assert.InRange(batch.Payload.Length, 1, 8192));
        Assert.Contains(given.Of("text"), batch => batch.Payload.Length > 4096);
        AssertContiguous(given.Of("text"));

        // One that never fits is a loss, which the next one tells.
        text.Publish(new string('y', 9000));
        text.Publish("after");
        given.WaitUntil(() => given.Of("text")[^1].Text.Contains("after", StringComparison.Ordinal));
        Assert.Equal((501, 1), (given.Of("text")[^1].Json.GetProperty("s").GetInt64(), given.Of("text")[^1].Json.GetProperty("lost").GetInt32()));
    }

    [Fact]
    public async Task A_broker_that_takes_less_gets_smaller_batches()
    {
        await using var given = new GivenData(data: new FakeConnection { IsConnected = false });
        given.Data.Connect(maximumPacketSize: 5000);
        for (var value = 0; value < 1000; value++)
            given.Level.Publish(value + 0.123456789);
        given.WaitUntil(() => given.Of("level").Sum(batch => batch.Json.GetProperty("n").GetInt32()) == 1000);

        Assert.All(given.Of("level"), batch => Assert.InRange(batch.Payload.Length, 1, 5000 - 200));
        AssertContiguous(given.Of("level"));
    }

    [Fact]
    public async Task Quality_and_fence_travel_with_the_values()
    {
        await using var given = new GivenData();
        given.Level.Publish(1);
        given.Level.Publish(2, Quality.Bad);
        Assert.Equal([0, 2], given.WaitFor("level", 2).Select(batch => batch.Json.GetProperty("q").GetInt32()));
        Assert.False(given.Of("level")[0].Json.TryGetProperty("fence", out _));

        given.Box.GetProxy("source").Lock();
        given.Source.MarkSimulated();
        given.Level.Publish(3, Quality.Good);
        var last = given.WaitFor("level", 3)[2].Json;
        Assert.Equal((3, given.Source.Lock.Fence), (last.GetProperty("q").GetInt32(), last.GetProperty("fence").GetUInt64()));
    }

    [Fact]
    public async Task Status_and_answers_of_a_simulated_object_say_so_too()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        given.Supervisor.WaitFor(given.Topic("task/stage/status"), status => Text(status, "q") == "0");
        Assert.False(given.Ask("get", "get_status").TryGetProperty("q", out _));

        given.Box.FindObject(given.StageName)!.MarkSimulated();

        given.Supervisor.WaitFor(given.Topic("task/stage/status"), status => Text(status, "q") == "3");
        given.Supervisor.WaitFor(given.Topic("task/stage/state"), state => Text(state, "simulated") == "true");
        given.Supervisor.WaitFor(given.Topic("task/stage/sig/moved"), batch => Text(batch, "q") == "3");
        Assert.Equal("3", Text(given.Ask("get", "get_status"), "q"));
    }

    [Fact]
    public async Task The_health_counter_is_what_the_next_value_will_have()
    {
        await using var given = new GivenBridge(new BridgeOptions { HealthInterval = TimeSpan.FromMilliseconds(200) });
        given.Stage.Start();
        given.Supervisor.WaitFor(given.Topic("task/stage/sig/moved"));
        given.Stage.Stop();
        await given.Stage.JoinAsync();

        var from = given.Supervisor.Seen.Count;
        given.Supervisor.WaitFor(given.Topic("health"), from: from);
        var health = given.Supervisor.WaitFor(given.Topic("health"), from: given.Supervisor.Seen.Count).Json;
        var last = given.Supervisor.Seen.Last(seen => seen.Topic == given.Topic("task/stage/sig/moved")).Json;
        Assert.Equal(last.GetProperty("s").GetInt64() + last.GetProperty("n").GetInt64(), health.GetProperty("tasks").GetProperty(given.StageName).GetProperty("sig").GetProperty("moved").GetInt64());
    }

    [Fact]
    public async Task The_last_values_of_a_box_that_stops_and_of_an_object_that_goes_still_arrive()
    {
        await using var given = new GivenData();
        given.Level.Publish(1);
        given.Event.Publish(1);
        var source = given.Source;
        await given.Box.RemoveAsync("source");
        Assert.True(SpinWait.SpinUntil(() => given.Of("level").Count == 1 && given.Of("event").Count == 1, ChildProcess.Patience));

        given.Box.MakeInstrument<Source>("source");
        given.Level.Publish(2);
        given.Event.Publish(2);
        await given.Box.StopAsync();
        await given.DisposeBridgeAsync();

        Assert.NotSame(source, given.Box.FindObject("source"));
        Assert.Equal([0L, 1], given.Of("level").Select(batch => batch.Json.GetProperty("s").GetInt64()));
        Assert.Equal(1, given.Of("event")[^1].Json.GetProperty("s").GetInt64());
    }

    internal static void AssertContiguous(IEnumerable<Published> batches)
    {
        var next = 0L;
        foreach (var batch in batches.Select(batch => batch.Json))
        {
            Assert.Equal(next, batch.GetProperty("s").GetInt64());
            next += batch.GetProperty("n").GetInt64();
        }
    }
}
