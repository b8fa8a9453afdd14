using System.Globalization;
using static Qmi.Edge.EndToEnd.Tests.GivenCryo;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>The native box on a wall clock that jumps: nothing that waits or measures may notice, and everybody must be told.</summary>
public sealed class ClockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmi-clock-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_wall_clock_that_jumps_by_an_hour_harms_no_lease_deadline_or_period_and_is_told()
    {
        var offset = Path.Combine(_folder, "offset");
        File.WriteAllText(offset, "+0");
        using var given = new GivenCryo(box: configuration => new ChildProcess("env",
            $"LD_PRELOAD={FindFakeTime()}", $"FAKETIME_TIMESTAMP_FILE={offset}", "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
            Published.Program("cryo"), "run", configuration));
        var grant = given.Ask("call", "thermostat", "lock", """{"args":{"lease_ms":60000,"note":"align"}}""");
        Assert.Equal("true", Text(grant, "ok"));
        var before = Watch(given);
        var reference = Turns(given, before);

        foreach (var (jump, steps) in new[] { ("+3600", 1), ("-3600", 2) })
        {
            File.WriteAllText(offset, jump);
            given.Supervisor!.WaitFor(Topic("health"), health => Text(health, "clock", "steps") == steps.ToString(CultureInfo.InvariantCulture));
            Assert.Equal("CLOCK_STEPPED", Text(given.Supervisor.WaitFor(Topic("alarm/clock-stepped")).Json, "code"));

            // The loop keeps its pace, a call with a deadline of its own is answered, and whoever holds the lock still holds it.
            var from = Watch(given);
            var turns = Turns(given, from);
            Assert.InRange(turns, reference * 0.5, reference * 2);
            Assert.Equal("true", Text(given.Ask("get", "thermostat", "get_status", """{"timeout_ms":20000}"""), "ok"));
            Assert.Equal("LOCKED", Text(given.Ask("call", "thermostat", "set_setpoint", """{"args":{"kelvin":300}}""", caller: "bob"), "error", "code"));
        }

        // Two hours of wall time later, and one before, the lease has run for its sixty seconds at most.
        Assert.Equal("true", Text(given.Ask("get", "thermostat", "is_locked"), "result"));
        Assert.Equal("true", Text(given.Ask("call", "thermostat", "renew", $$"""{"lock":"{{Text(grant, "result", "token")}}"}"""), "ok"));
    }

    private static (long Turns, long MonotonicMicroseconds) Watch(GivenCryo given)
    {
        var from = given.Supervisor!.Seen.Count;
        var turns = given.Ask("get", "thermostat", "get_loop_statistics").GetProperty("result").GetProperty("turns").GetInt64();
        return (turns, from);
    }

    /// <summary>Turns in two seconds of this test's own clock.</summary>
    private static double Turns(GivenCryo given, (long Turns, long) begun)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Thread.Sleep(TimeSpan.FromSeconds(2));
        var (turns, _) = Watch(given);
        return (turns - begun.Turns) / clock.Elapsed.TotalSeconds;
    }

    private static string FindFakeTime() =>
        Directory.EnumerateFiles("/usr/lib", "libfaketime.so.1", SearchOption.AllDirectories).FirstOrDefault()
        ?? throw new InvalidOperationException("libfaketime is not installed: apt install faketime");
}
