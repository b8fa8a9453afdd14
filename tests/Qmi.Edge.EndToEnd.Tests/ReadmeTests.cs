using System.Text.RegularExpressions;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>Runs what README.md tells a new user to type.</summary>
public partial class ReadmeTests
{
    private static readonly string Text = File.ReadAllText(Checkout.PathOf("README.md"));

    private static readonly IReadOnlyList<string> Commands = [.. ShellBlock().Matches(Text).Select(match => match.Groups[1].Value.Trim())];

    [Fact]
    public void The_quickstart_runs_and_every_command_of_the_second_terminal_is_answered_as_it_says()
    {
        Assert.Equal(3, Commands.Count);
        Assert.Equal("deploy/quickstart.sh", Commands[0]);
        using var quickstart = new ChildProcess(Checkout.PathOf("deploy", "quickstart.sh"), Checkout.Root, []);
        Assert.True(SpinWait.SpinUntil(() => quickstart.HasExited || quickstart.Output.Any(line => line.Contains("Live status", StringComparison.Ordinal)), TimeSpan.FromMinutes(8)));
        Assert.False(quickstart.HasExited, string.Join('\n', quickstart.Errors));
        quickstart.WaitForLine("thermostat/status");

        // What a person would type, one after the other; the last line lets the replies arrive and ends the subscriber.
        using var terminal = new ChildProcess("bash", Checkout.Root, ["-c", Commands[1].Replace("-v &", "-v & subscriber=$!; sleep 1", StringComparison.Ordinal).Replace("\n", "\nsleep 0.3\n", StringComparison.Ordinal) + "\nsleep 1\nkill $subscriber"]);
        terminal.WaitForExit();
        // Alice is told that somebody stopped what she has locked; whether before or after bob's reply is nobody's business.
        var notice = Assert.Single(terminal.Output, line => line.Contains("/_lock ", StringComparison.Ordinal));
        Assert.Contains("\"event\":\"overridden\"", notice);
        var replies = terminal.Output.Where(line => line != notice).ToArray();
        quickstart.WaitForLine("\"state\":\"stopped\"");
        quickstart.Terminate();
        Assert.Equal(0, quickstart.WaitForExit());

        string[] expected = ["\"temperature\":", "\"result\":null", "the largest allowed is 400 K", "\"token\":", "\"LOCKED\"", "\"ok\":true"];
        Assert.Equal(expected.Length, replies.Length);
        foreach (var (part, reply) in expected.Zip(replies))
            Assert.Contains(part, reply);
        Assert.Contains("alignment until 15:00", replies[4]);
        Assert.False(Directory.Exists(Checkout.PathOf("artifacts", "quickstart")), "The quickstart cleans up after itself.");
    }

    [Fact]
    public void The_test_command_is_the_one_that_CI_runs()
    {
        Assert.Equal("tests/run.sh", Commands[2]);
        Assert.Contains("tests/run.sh", File.ReadAllText(Checkout.PathOf(".ci", "run")));
    }

    [Fact]
    public void Every_line_of_the_task_in_CSharp_stands_in_the_sample()
    {
        var sample = Directory.GetFiles(Checkout.PathOf("samples", "cryo"), "*.cs").SelectMany(File.ReadAllLines).Select(line => line.Trim()).ToHashSet();

        foreach (var line in CSharpBlock().Match(Text).Groups[1].Value.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0))
            Assert.Contains(line, sample);
    }

    [Fact]
    public void Every_link_leads_somewhere()
    {
        foreach (Match link in RelativeLink().Matches(Text))
            Assert.True(Path.Exists(Checkout.PathOf(link.Groups[1].Value)), link.Groups[1].Value);
    }

    [GeneratedRegex(@"```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"\]\((?!https?:)([^)]+)\)")]
    private static partial Regex RelativeLink();
}
