using System.Globalization;
using System.Text.RegularExpressions;

namespace Qmi.Edge.Box.Tests;

/// <summary>Runs what the how-to pages tell people to type, with a real box and a real broker; what stands behind a # must be in the output.</summary>
public sealed partial class HowToTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MosquittoBroker _broker = new("allow_anonymous true");

    public void Dispose()
    {
        _broker.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("home-assistant.md", 7)]
    [InlineData("describe-a-box.md", 8)]
    [InlineData("watch-the-loops.md", 6)]
    public void Every_command_of_the_page_does_what_it_says(string page, int commands)
    {
        var port = _broker.Port.ToString(CultureInfo.InvariantCulture);
        var configuration = new[] { page, "home-assistant.md" }.Select(other => JsonBlock().Match(Read(other))).First(block => block.Success).Groups[1].Value;
        _folder.Write("box.json", configuration.Replace("\"127.0.0.1\"", $"\"127.0.0.1\", \"port\": {port}", StringComparison.Ordinal));
        foreach (var client in new[] { "mosquitto_pub", "mosquitto_sub", "mosquitto_rr" })
            _folder.Write(client, $"-h 127.0.0.1\n-p {port}\n-V 5\n{(client == "mosquitto_pub" ? "" : "-W 20\n")}");
        using var box = new ChildProcess(Program, _folder.Name, ["run", "box.json"]);
        using var supervisor = new Supervisor(_broker.Port);
        supervisor.WaitFor("qmi/v1/box/cryo/state", state => state.GetProperty("state").GetString() == "online");

        var lines = ShellBlock().Matches(Read(page)).SelectMany(block => block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        Assert.Equal(commands, lines.Length);
        foreach (var line in lines)
            Run(line);

        box.Terminate();
        Assert.Equal(ExitCode.Ok, box.WaitForExit());
    }

    [Fact]
    public void Every_link_leads_somewhere()
    {
        foreach (var page in Directory.GetFiles(Folder, "*.md"))
        {
            foreach (Match link in RelativeLink().Matches(File.ReadAllText(page)))
                Assert.True(Path.Exists(Path.Combine(Folder, link.Groups[1].Value)), $"{page}: {link.Groups[1].Value}");
        }
    }

    // The sample's program stands for qmi-edge: it has the built-in types and more.
    private static string Program { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "cryo", "debug", "cryo"));

    private static string Folder { get; } = Checkout.PathOf("docs", "how-to");

    private static string Read(string page) => File.ReadAllText(Path.Combine(Folder, page));

    private void Run(string line)
    {
        var parts = Expectation().Split(line);
        // What a person types next comes seconds later: until then it is asked again.
        IReadOnlyList<string> output = [];
        var isAsExpected = SpinWait.SpinUntil(() => string.Join('\n', output = Execute(line, parts[0])).Contains(parts.ElementAtOrDefault(1) ?? "", StringComparison.Ordinal), ChildProcess.Patience);
        Assert.True(isAsExpected, $"{line}\nanswers\n{string.Join('\n', output)}");
    }

    private IReadOnlyList<string> Execute(string line, string command)
    {
        using var shell = new ChildProcess("bash", _folder.Name, ["-c", $"export XDG_CONFIG_HOME=.; qmi-edge() {{ {Program} \"$@\"; }}; {command}"]);
        Assert.True(shell.WaitForExit() == 0, $"{line}: {string.Join('\n', shell.Errors)}");
        return shell.Output;
    }

    [GeneratedRegex(@"```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();

    [GeneratedRegex(@" +# ")]
    private static partial Regex Expectation();

    [GeneratedRegex(@"\]\((?!https?:)([^)#]+)")]
    private static partial Regex RelativeLink();
}
