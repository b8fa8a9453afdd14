using System.Diagnostics;
using static Qmi.Edge.EndToEnd.Tests.GivenCryo;

namespace Qmi.Edge.EndToEnd.Tests;

public class BrokerOutageTests
{
    // A quarter of a minute, so that an outage and its reference see the same noise of the machine.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    [Fact]
    public void A_broker_killed_under_load_costs_no_turn_and_everything_is_back_within_15_seconds()
    {
        using var given = new GivenCryo();
        using var load = new ChildProcess("sh", "-c", $"i=0; while [ $i -lt 100000 ]; do mosquitto_pub -h 127.0.0.1 -p {given.Broker.Port} -t {Topic("get/load/thermostat/get_status")} -n 2>/dev/null; i=$((i+1)); done");
        Thread.Sleep(TimeSpan.FromSeconds(1));

        var (turnsBefore, missesBefore) = Read(given);
        Thread.Sleep(Window);
        var (turnsReference, missesReference) = Read(given);
        given.Broker.Kill();
        Thread.Sleep(Window);
        given.Broker.Restart();
        var restarted = Stopwatch.StartNew();
        given.Connect();
        given.WaitUntilOnline();
        foreach (var name in new[] { "info", "task/thermostat/info", "task/thermostat/state", "task/thermostat/status", "task/thermostat/settings", "task/thermostat/lock", "task/host/status", "instrument/cryostat/state" })
            given.Supervisor!.WaitFor(Topic(name));
        var back = restarted.Elapsed;
        var (turnsAfter, missesAfter) = Read(given);

        Assert.True(back < TimeSpan.FromSeconds(15), $"back after {back}");
        Assert.True(turnsAfter - turnsReference >= turnsReference - turnsBefore, "The loop went on through the outage.");
        // The outage lasts longer than the reference before it; a machine with noise misses turns in both.
        var allowed = (missesReference - missesBefore) + ((turnsAfter - turnsReference) / 50);
        Assert.True(missesAfter - missesReference <= allowed, $"{missesAfter - missesReference} misses in the outage, {missesReference - missesBefore} in the reference, {turnsAfter - turnsReference} turns");
    }

    private static (long Turns, long Misses) Read(GivenCryo given)
    {
        var statistics = given.Ask("get", "thermostat", "get_loop_statistics").GetProperty("result");
        return (statistics.GetProperty("turns").GetInt64(), statistics.GetProperty("misses").GetInt64());
    }
}
