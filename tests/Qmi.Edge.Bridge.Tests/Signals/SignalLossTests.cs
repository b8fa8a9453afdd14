using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public class SignalLossTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task What_the_connection_does_not_take_is_given_up_oldest_first_and_told()
    {
        await using var given = new GivenData();
        given.Data.Room = 0;
        Publish(given, 30_000);
        given.WaitUntil(() => RangeEnd(given) == 30_000);

        given.Data.MakeRoom(int.MaxValue);
        given.WaitUntil(() => given.Of("level") is [.., var last] && End(last) == 30_000);

        var first = given.Of("level")[0].Json;
        Assert.InRange(first.GetProperty("s").GetInt64(), 1, 29_999);
        Assert.Equal(first.GetProperty("s").GetInt64(), first.GetProperty("lost").GetInt64());
        var next = first.GetProperty("s").GetInt64();
        foreach (var batch in given.Of("level").Select(batch => batch.Json))
        {
            Assert.Equal(next, batch.GetProperty("s").GetInt64());
            next += batch.GetProperty("n").GetInt64();
        }

        Assert.Single(given.Of("level"), batch => batch.Json.TryGetProperty("lost", out _));
    }

    [Fact]
    public async Task What_is_lost_while_the_broker_is_away_can_be_fetched_and_makes_the_series_whole()
    {
        await using var given = new GivenData(data: new FakeConnection { IsConnected = false });
        Publish(given, 30_000);
        given.WaitUntil(() => RangeEnd(given) == 30_000);
        given.Data.Connect();
        given.WaitUntil(() => given.Of("level") is [.., var last] && End(last) == 30_000);

        var missed = given.Of("level")[0].Json.GetProperty("s").GetInt64();
        var values = await Refill.FetchAsync(given.Source, "level", given.Box.Boot, 0, missed);
        foreach (var batch in given.Of("level"))
            Refill.Take(batch.Json, values);

        Assert.Equal(Enumerable.Range(0, 30_000).Select(number => (double)number), values.Values);
    }

    [Fact]
    public async Task What_the_ring_between_publisher_and_bridge_overwrote_is_told_too()
    {
        await using var given = new GivenData(time: TimeProvider.System);
        given.Level.Publish(-1);
        for (var value = 0; value < 200_000; value++)
            given.Level.Publish(value);
        // What is lost at the end is told by what comes next.
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                given.Level.Publish(-2);
                return given.Of("level") is [.., var last] && End(last) > 200_001;
            },
            ChildProcess.Patience));

        var (next, lost) = (0L, 0L);
        foreach (var batch in given.Of("level").Select(batch => batch.Json))
        {
            var told = batch.TryGetProperty("lost", out var count) ? count.GetInt64() : 0;
            Assert.Equal(next + told, batch.GetProperty("s").GetInt64());
            next = batch.GetProperty("s").GetInt64() + batch.GetProperty("n").GetInt64();
            lost += told;
        }

        Assert.True(lost > 0);
    }

    [Fact]
    [Trait("rule", "MQTT-2.8.3")]
    public async Task A_loss_that_goes_on_for_ten_seconds_is_an_alarm_and_its_end_clears_it()
    {
        await using var given = new GivenData();
        given.Data.Room = 0;
        var (begun, value) = (given.Time.Now, 0);
        void PublishSome()
        {
            for (var count = 0; count < 500; count++)
                given.Level.Publish(value++ + 0.123456789);
        }

        // Until the first loss: what waits for the connection is no loss yet.
        given.WaitUntil(
            () =>
            {
                PublishSome();
                return given.Box.Alarms.Find("signal-loss") is not null;
            },
            Tick);
        Assert.True(given.Time.Now - begun >= 10 * MonotonicTime.Second);
        var alarm = given.Box.Alarms.Find("signal-loss")!;
        Assert.Equal((AlarmSeverity.Warning, "SIGNAL_LOSS"), (alarm.Severity, alarm.Code));
        Assert.Contains("source.level lost", alarm.Text, StringComparison.Ordinal);

        given.Data.MakeRoom(int.MaxValue);
        given.WaitUntil(() => given.Box.Alarms.Find("signal-loss") is null, Tick);
        given.WaitUntil(() => End(given.Of("level")[^1]) == value);
    }

    [Fact]
    public async Task A_loss_that_does_not_go_on_is_none()
    {
        await using var given = new GivenData();
        given.Data.Room = 0;
        Publish(given, 30_000);
        given.WaitUntil(() => RangeEnd(given) == 30_000);
        given.Data.MakeRoom(int.MaxValue);
        given.WaitUntil(() => given.Time.Now > 30 * MonotonicTime.Second, TimeSpan.FromMilliseconds(500));

        Assert.Null(given.Box.Alarms.Find("signal-loss"));
    }

    // In pieces that the ring can hold, with time for the bridge in between.
    private static void Publish(GivenData given, int count)
    {
        for (var value = 0; value < count;)
        {
            for (var piece = 0; piece < 500 && value < count; piece++)
                given.Level.Publish(value++);
            var end = value;
            given.WaitUntil(() => RangeEnd(given) == end);
        }
    }

    private static long RangeEnd(GivenData given) => given.Level.History!.ReadRangeAsync(null, 0, null, 1000).GetAwaiter().GetResult().To;

    private static long End(Published batch) => batch.Json.GetProperty("s").GetInt64() + batch.Json.GetProperty("n").GetInt64();
}
