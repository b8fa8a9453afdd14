using System.Globalization;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>One caller sends the published box thousands of requests a second, of whatever kind. What another caller notices of it.</summary>
[Collection(nameof(Alone))]
public class FloodTests(ITestOutputHelper output)
{
    private const int PerSecond = 4000;

    // Any number by hand: QMI_EDGE_FLOOD_STOPS=1000 tests/run.sh
    private static readonly int Stops = int.Parse(Environment.GetEnvironmentVariable("QMI_EDGE_FLOOD_STOPS") ?? "60", CultureInfo.InvariantCulture);

    // The promise: no more than this for whoever wants to stop something.
    private static readonly TimeSpan Allowed = TimeSpan.FromMilliseconds(200);

    public static TheoryData<string, string, string> Kinds => new()
    {
        { "calls", "call/mallory/stage/bump", "{}" },
        { "calls with an id", "call/mallory/stage/bump", """{"id":"always the same"}""" },
        { "calls that take long", "call/mallory/stage/bump", """{"args":{"hold_ms":100}}""" },
        { "reads", "get/mallory/stage/get_profile", """{"args":{"steps":100}}""" },
        { "snapshots", "get/mallory/stage/get_status", "" },
        { "no JSON", "call/mallory/stage/bump", "{bad" },
        { "stops", "call/mallory/stage/stop", "{}" },
        { "pushes", "task/stage/push/mallory", """{"values":{"rate_hz":20}}""" },
    };

    [Theory]
    [Trait("rule", "MQTT-3.20")]
    [MemberData(nameof(Kinds))]
    public void The_stop_of_another_caller_is_answered_in_time(string kind, string topic, string payload)
    {
        using var given = new GivenStage();
        using var bob = new Stopper(given.Broker.Port);
        bob.Ask(Stops / 2);
        var quiet = bob.Ask(Stops);

        using var flood = new Flood(given.Broker.Port, "qmi/v1/box/box07/" + topic, payload, PerSecond);
        Assert.True(SpinWait.SpinUntil(() => flood.Sent > PerSecond / 4, ChildProcess.Patience));
        var flooded = bob.Ask(Stops);
        var rate = flood.Rate;

        output.WriteLine($"{kind}: {rate:0} a second; a stop takes {Text(quiet)} without them and {Text(flooded)} with them");
        Assert.True(rate > PerSecond / 4, $"A flood of {rate:0} a second is none.");
        // What the machine itself took meanwhile is not the flood's.
        Assert.True(flooded.Max() - quiet.Max() < Allowed, $"The slowest stop took {flooded.Max().TotalMilliseconds:0} ms under the flood, and {quiet.Max().TotalMilliseconds:0} ms without it.");
    }

    private static string Text(TimeSpan[] times) => $"{times.Order().ElementAt(times.Length / 2).TotalMilliseconds:0.0} ms (at most {times.Max().TotalMilliseconds:0.0} ms)";
}

/// <summary>What measures times runs by itself.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
