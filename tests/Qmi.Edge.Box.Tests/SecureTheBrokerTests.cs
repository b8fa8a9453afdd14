using System.Text.RegularExpressions;

namespace Qmi.Edge.Box.Tests;

/// <summary>Runs what docs/how-to/secure-the-broker.md tells to type, in its order.</summary>
public sealed partial class SecureTheBrokerTests : IDisposable
{
    private static readonly string Page = File.ReadAllText(Checkout.PathOf("docs", "how-to", "secure-the-broker.md"));
    private static readonly IReadOnlyList<string> Commands = [.. ShellBlock().Matches(Page).Select(match => match.Groups[1].Value)];

    private readonly TemporaryFolder _folder = new();
    private readonly RecordedLog _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_command_does_what_the_page_says()
    {
        Assert.Equal(8, Commands.Count);
        Directory.CreateDirectory(_folder.PathOf("etc/conf.d"));
        // The program under its own name, as it is installed.
        _folder.Write("qmi-edge", $"#!/bin/sh\nexec '{Path.Combine(AppContext.BaseDirectory, "cryo")}' \"$@\"\n");
        Directory.CreateSymbolicLink(_folder.PathOf("deploy"), Checkout.PathOf("deploy"));
        Type("chmod +x qmi-edge");

        Type(Commands[0]);
        Type(Commands[1]);
        Type(Commands[2]);
        using var broker = StartBroker(File.ReadAllText(_folder.PathOf("etc/conf.d/qmi-edge.conf")));
        var box = _folder.Write("box.json", OnThisMachine(JsonBlock().Match(Page).Groups[1].Value, broker.Port));
        await using var running = await RunningBox.StartAsync(ConfigurationReader.Read(box, GivenTypes.Catalog()), _log);
        Type(Commands[3].Split('\n')[0] + "\nmosquitto_sub $(as obs) -t qmi/v1/box/box07/task/host/status -C 1", broker.Port);

        var tried = Type(Commands[3], broker.Port);
        Assert.Contains("\"state\":\"online\"", tried.Output[0]);
        Assert.Contains("\"caller\":\"alice\",\"role\":\"operator\"", tried.Output[1]);
        Assert.Equal(2, tried.Errors.Count(line => line.Contains("Not authorized", StringComparison.Ordinal)));

        var old = File.ReadAllText(_folder.PathOf("box07.key"));
        var renewed = Type($"{Commands[3].Split('\n')[0]}\n{Commands[4]}", broker.Port);
        Assert.Contains("\"installed\":true", renewed.Output[^1]);
        Assert.NotEqual(old, File.ReadAllText(_folder.PathOf("box07.key")));
        Assert.Equal(old, File.ReadAllText(_folder.PathOf("box07.key.old")));

        Type(Commands[5]);
        Assert.Equal(["alice", "box07"], File.ReadLines(_folder.PathOf("passwords")).Select(line => line.Split(':')[0]).Order());
    }

    [Fact]
    public void Every_command_for_the_plugin_does_what_the_page_says()
    {
        var plugin = Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu*").Select(folder => Path.Combine(folder, "mosquitto_dynamic_security.so")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(plugin is null, "mosquitto's dynamic-security plugin is not installed.");
        _folder.Write("qmi-edge", $"#!/bin/sh\nexec '{Path.Combine(AppContext.BaseDirectory, "cryo")}' \"$@\"\n");
        Type("chmod +x qmi-edge");

        Type(Commands[1]);
        Type(Commands[6]);
        using var broker = new MosquittoBroker($"allow_anonymous false\ncafile ca.pem\ncertfile server.pem\nkeyfile server.key\nplugin {plugin}\nplugin_opt_config_file dynsec.json", files:
        [
            .. new[] { "ca.pem", "server.pem", "server.key", "dynsec.json" }.Select(file => (file, File.ReadAllText(_folder.PathOf(file)))),
        ]);
        Type(Commands[7], broker.Port);

        var tried = Type("mosquitto_pub -h broker.lab -p 8883 --cafile ca.pem -V 5 -u alice -P 'another one' -q 1 -t qmi/v1/box/box07/call/alice/host/stop -n -d", broker.Port);
        Assert.Contains(tried.Output, line => line.Contains("PUBACK (Mid: 1, RC:16)", StringComparison.Ordinal));
        var refused = Type("mosquitto_pub -h broker.lab -p 8883 --cafile ca.pem -V 5 -u alice -P 'another one' -q 1 -t qmi/v1/box/box07/admin/alice/host/force_unlock -n", broker.Port);
        Assert.Contains(refused.Errors, line => line.Contains("Not authorized", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_link_leads_somewhere()
    {
        foreach (Match link in RelativeLink().Matches(Page))
            Assert.True(Path.Exists(Checkout.PathOf("docs", "how-to", link.Groups[1].Value)), link.Groups[1].Value);
    }

    private MosquittoBroker StartBroker(string configuration)
    {
        // The port is one that is free here.
        Assert.Contains("\nlistener 8883\n", configuration);
        return new MosquittoBroker(OnThisMachine(configuration.Replace("\nlistener 8883\n", "\n", StringComparison.Ordinal), 8883));
    }

    private (IReadOnlyList<string> Output, IReadOnlyList<string> Errors) Type(string commands, int port = 8883)
    {
        using var terminal = new ChildProcess("bash", _folder.Name, ["-euo", "pipefail", "-c", $"export PATH=\"$PWD:$PATH\"\n{OnThisMachine(commands, port)}"]);
        Assert.True(terminal.WaitForExit() == 0, $"{commands}\n{string.Join('\n', terminal.Output.Concat(terminal.Errors))}");
        return (terminal.Output, terminal.Errors);
    }

    private string OnThisMachine(string text, int port) => text
        .Replace("broker.lab", "localhost", StringComparison.Ordinal)
        .Replace("8883", $"{port}", StringComparison.Ordinal)
        .Replace("/etc/mosquitto", _folder.PathOf("etc"), StringComparison.Ordinal)
        .Replace("sudo ", "", StringComparison.Ordinal);

    [GeneratedRegex(@"```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();

    [GeneratedRegex(@"\]\((?!https?:)([^)#]+)\)")]
    private static partial Regex RelativeLink();
}
