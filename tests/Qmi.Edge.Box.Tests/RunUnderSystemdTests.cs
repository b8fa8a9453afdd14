using System.Globalization;
using System.Text.RegularExpressions;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box.Tests;

/// <summary>What docs/how-to/run-under-systemd.md tells an operator to install fits the program.</summary>
public sealed partial class RunUnderSystemdTests : IDisposable
{
    private static readonly string Page = File.ReadAllText(Checkout.PathOf("docs", "how-to", "run-under-systemd.md"));
    private static readonly string Unit = IniBlock().Match(Page).Groups[1].Value;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("rule", "HEALTH-1")]
    public void The_unit_lets_systemd_hear_the_box_and_starts_it_again()
    {
        Assert.Equal(("notify", "main", "on-failure"), (Value("Type"), Value("NotifyAccess"), Value("Restart")));
        Assert.Equal($"{ExitCode.Usage} {ExitCode.InvalidConfiguration}", Value("RestartPreventExitStatus"));
        Assert.InRange(Seconds("WatchdogSec"), 10, 300);
        Assert.True(Seconds("TimeoutStopSec") > new EdgeBoxOptions().StopTimeout.TotalSeconds, "systemd would end a box that is still stopping its tasks.");
        Assert.Contains($"exit code {ExitCode.TaskHung}", Page);
        Assert.Contains($"{ExitCode.Restart}, somebody asked for a restart", Unit);
    }

    [Fact]
    public void The_commands_of_the_unit_are_verbs_of_the_program()
    {
        var file = _folder.Write("box.json", JsonBlock().Match(Page).Groups[1].Value);

        foreach (var key in (string[])["ExecStartPre", "ExecStart"])
        {
            var words = Value(key).Replace("/etc/qmi-edge/box.json", file, StringComparison.Ordinal).Split(' ');
            Assert.Equal("/usr/local/bin/qmi-edge", words[0]);
            using var box = new ChildProcess(Path.Combine(AppContext.BaseDirectory, "cryo"), words[1..]);
            if (key == "ExecStart")
            {
                box.WaitForLine("Box cryo runs with 1 objects");
                box.Terminate();
            }

            Assert.Equal(ExitCode.Ok, box.WaitForExit());
        }
    }

    [Fact]
    public void systemd_itself_finds_nothing_wrong_with_the_unit()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed.");
        // The program and its user are not installed on the machine of the test.
        var here = Unit.Replace("/usr/local/bin/qmi-edge", "/bin/true", StringComparison.Ordinal).Replace("=qmi-edge\nGroup=qmi-edge", "=root\nGroup=root", StringComparison.Ordinal);
        using var analyze = new ChildProcess("systemd-analyze", "verify", _folder.Write("qmi-edge.service", here));

        var code = analyze.WaitForExit();

        Assert.DoesNotContain(analyze.Errors, line => line.Contains("qmi-edge", StringComparison.Ordinal));
        Assert.Equal(0, code);
    }

    private static string Value(string key) => Assert.Single(Unit.Split('\n'), line => line.StartsWith($"{key}=", StringComparison.Ordinal))[(key.Length + 1)..];

    private static double Seconds(string key) => double.Parse(Value(key), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"```ini\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex IniBlock();

    [GeneratedRegex(@"```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
