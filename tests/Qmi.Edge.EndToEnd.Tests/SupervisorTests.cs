using System.Globalization;
using System.Text.RegularExpressions;
using static Qmi.Edge.EndToEnd.Tests.GivenCryo;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>The native sample supervisor and the page that explains it.</summary>
public partial class SupervisorTests
{
    private static readonly string Program = Checkout.PathOf("samples", "cryo-supervisor", "Program.cs");

    [Fact]
    public void It_finds_the_box_locks_the_thermostat_changes_it_and_sees_it_follow()
    {
        using var given = new GivenCryo();
        given.Supervisor!.WaitFor(Topic("task/thermostat/status"), status => Text(status, "values", "temperature") is not ("null" or null));

        using var supervisor = new ChildProcess(Published.Program("cryo-supervisor"), "127.0.0.1", given.Broker.Port.ToString(CultureInfo.InvariantCulture), "300");
        var exitCode = supervisor.WaitForExit();

        Assert.True(exitCode == 0, string.Join('\n', supervisor.Errors));
        Assert.Collection(
            supervisor.Output,
            line => Assert.Matches("^cryo is (online|degraded)$", line),
            line => Assert.Matches(@"^\d+\.\d K, -?\d+\.\d K off$", line),
            line => Assert.Matches(@"^revision 1 is Applied at turn \d+$", line),
            line => Assert.Equal("holding 300 K, 0 signals lost", line));
        given.Supervisor.WaitFor(Topic("task/thermostat/lock"), document => Text(document, "note") == "night profile");
        given.Supervisor.WaitFor(Topic("task/thermostat/lock"), document => Text(document, "locked") == "false" && Text(document, "fence") == "1");
        Assert.Equal("300", Text(given.Ask("get", "thermostat", "get_settings"), "result", "setpoint"));
    }

    [Fact]
    public void Without_a_broker_it_says_so()
    {
        using var supervisor = new ChildProcess(Published.Program("cryo-supervisor"), "127.0.0.1", FreePort.Find().ToString(CultureInfo.InvariantCulture), "300");

        Assert.Equal(1, supervisor.WaitForExit());
        Assert.StartsWith("EXPIRED (done: No): 127.0.0.1:", Assert.Single(supervisor.Errors));
    }

    [Fact]
    public void Every_line_of_the_page_stands_in_the_sample()
    {
        var page = File.ReadAllText(Checkout.PathOf("docs", "how-to", "supervise-from-csharp.md"));
        var sample = File.ReadAllLines(Program).Select(line => line.Trim()).ToHashSet();

        Assert.All(
            CSharpBlock().Matches(page).SelectMany(block => block.Groups[1].Value.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0),
            line => Assert.Contains(line, sample));
    }

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
