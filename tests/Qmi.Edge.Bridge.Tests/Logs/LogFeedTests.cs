using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public class LogFeedTests
{
    private readonly ProviderLog _log = new();

    [Fact]
    public async Task A_line_arrives_under_its_level_with_who_said_it_and_what_threw()
    {
        await using var given = Given();
        var inner = new FormatException("deeper");

        Say("Qmi.Edge.stage", LogLevel.Error, "The belt tore", new InvalidOperationException("at 77 Hz", inner));

        var line = WaitFor(given, 1)[0];
        Assert.Equal(("qmi/v1/box/box07/log/error", MqttQos.AtMostOnce, "application/json"), (line.Topic, line.Qos, line.ContentType));
        Assert.Equal(
            $$"""{"v":1,"boot":"{{given.Box.Boot}}","seq":1,"ts":"2026-01-01T00:00:00.000000Z","level":"error","source":"stage","event":42,"text":"The belt tore","errors":["InvalidOperationException: at 77 Hz","FormatException: deeper"]}""",
            line.Text);
    }

    [Theory]
    [InlineData(LogLevel.Warning, new[] { "warning", "error", "critical" })]
    [InlineData(LogLevel.Trace, new[] { "trace", "debug", "information", "warning", "error", "critical" })]
    [InlineData(LogLevel.None, new string[0])]
    public async Task Only_lines_that_are_severe_enough_are_published(LogLevel level, string[] expected)
    {
        await using var given = Given(level);
        foreach (var each in new[] { LogLevel.Trace, LogLevel.Debug, LogLevel.Information, LogLevel.Warning, LogLevel.Error, LogLevel.Critical })
            Say("Qmi.Edge.stage", each, "x");
        given.Level.Publish(1);
        given.WaitFor("level", 1);
        given.WaitUntil(() => Lines(given).Count == expected.Length);

        Assert.Equal(expected, Lines(given).Select(line => line.Topic.Split('/')[^1]));
    }

    [Fact]
    public async Task Of_a_flood_a_few_lines_a_second_arrive_and_say_how_many_were_kept_back()
    {
        await using var given = Given();
        for (var number = 0; number < 10_000; number++)
            Say("Qmi.Edge.stage", LogLevel.Warning, $"line {number}");

        given.WaitUntil(() => Lines(given) is [.., var last] && last.Text.Contains("line 9999", StringComparison.Ordinal), TimeSpan.FromMilliseconds(100));

        Assert.InRange(Lines(given).Count, 64, 64 + 200);
        Assert.Equal(10_000, Lines(given).Count + Lines(given).Sum(line => line.Json.TryGetProperty("suppressed", out var count) ? count.GetInt32() : 0));
        Assert.True(given.Time.Now >= 4 * MonotonicTime.Second, "Twenty at once, and then ten a second.");
    }

    [Fact]
    public async Task Lines_wait_for_the_broker_and_the_newest_are_kept()
    {
        await using var given = Given(data: new FakeConnection { IsConnected = false });
        for (var number = 0; number < 100; number++)
            Say("Qmi.Edge.stage", LogLevel.Warning, $"line {number}");
        given.Data.Connect();

        var first = WaitFor(given, 1)[0].Json;
        Assert.Equal(("line 36", 36), (first.GetProperty("text").GetString(), first.GetProperty("suppressed").GetInt32()));
    }

    [Fact]
    public async Task A_line_about_a_publication_that_failed_does_not_make_the_next()
    {
        await using var given = Given();

        Say(DataConnection.LoggerCategory, LogLevel.Error, "The broker refused it");
        Say(DataConnection.LoggerCategory + ".Deeper", LogLevel.Error, "The broker refused it");
        Say("Qmi.Edge.Bridge", LogLevel.Warning, "The broker refused a subscription");

        Assert.Equal("The broker refused a subscription", WaitFor(given, 1)[0].Json.GetProperty("text").GetString());
    }

    [Fact]
    public async Task On_a_real_broker_whoever_may_read_sees_the_lines_of_the_box()
    {
        using var broker = new MosquittoBroker();
        using var supervisor = new Supervisor(broker.Port, "qmi/v1/box/+/log/#");
        var options = new MqttOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "box07" };
        await using var box = new EdgeBox("box07", new EdgeBoxOptions { LoggerFactory = _log });
        await using var bridge = new MqttBridge(box, Mosquitto.Connect(options), new BridgeOptions());
        bridge.Start();

        Say("Qmi.Edge.stage", LogLevel.Warning, "It is warm");

        var seen = supervisor.WaitFor("qmi/v1/box/box07/log/warning", line => line.GetProperty("text").GetString() == "It is warm");
        Assert.False(seen.Retain);
    }

    private GivenData Given(LogLevel level = LogLevel.Warning, FakeConnection? data = null) => new(new BridgeOptions { LogLevel = level }, data: data, loggers: _log);

    private void Say(string category, LogLevel level, string text, Exception? exception = null) =>
        _log.CreateLogger(category).Log(level, new EventId(42), text, exception, static (state, _) => state);

    private static IReadOnlyList<Published> WaitFor(GivenData given, int count)
    {
        given.WaitUntil(() => Lines(given).Count >= count);
        return Lines(given);
    }

    private static List<Published> Lines(GivenData given) => [.. given.Data.Published.Where(published => published.Topic.Contains("/log/", StringComparison.Ordinal))];
}
