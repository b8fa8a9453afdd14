using System.Globalization;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>The native box of the contract, samples/stage, on a real broker, in a folder of its own.</summary>
internal sealed class GivenStage : IDisposable
{
    private readonly bool _isOwn;

    /// <param name="folder">Where it is to be; null = in a folder that is made and deleted with it.</param>
    /// <param name="change">Makes of the sample's box.json what it is to be.</param>
    /// <param name="environment">Variables of the box's environment.</param>
    public GivenStage(string? folder = null, Func<string, string>? change = null, params IReadOnlyList<string> environment)
    {
        _isOwn = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("qmi-edge-").FullName;
        Broker = new MosquittoBroker("allow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0");
        var port = Broker.Port.ToString(CultureInfo.InvariantCulture);
        var configuration = File.ReadAllText(Checkout.PathOf("samples", "stage", "box.json")).Replace("1883", port, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(Folder, "box.json"), change is null ? configuration : change(configuration));
        foreach (var client in new[] { "mosquitto_pub", "mosquitto_sub", "mosquitto_rr" })
            File.WriteAllText(Path.Combine(Folder, client), $"-h 127.0.0.1\n-p {port}\n-q 1\n");
        Supervisor = new Supervisor(Broker.Port);
        Box = new ChildProcess("env", Folder, [.. environment, Published.Program("stage"), "run", "box.json"]);
        Supervisor.WaitFor("qmi/v1/box/box07/state", state => state.GetProperty("state").GetString() == "online");
    }

    /// <summary>Where box.json, the state and the options of mosquitto's clients are.</summary>
    public string Folder { get; }

    public MosquittoBroker Broker { get; }

    public Supervisor Supervisor { get; }

    public ChildProcess Box { get; }

    /// <summary>Types a command, with the options of mosquitto's clients in their files.</summary>
    /// <returns>What it printed.</returns>
    public IReadOnlyList<string> Type(string command)
    {
        using var shell = new ChildProcess("bash", Folder, ["-c", $"export XDG_CONFIG_HOME=.\nqmi-edge() {{ {Published.Program("stage")} \"$@\"; }}\n{command}"]);
        return shell.WaitForExit() == 0 ? shell.Output : throw new InvalidOperationException($"{command}\n{string.Join('\n', shell.Errors)}");
    }

    public void Dispose()
    {
        Box.Dispose();
        Supervisor.Dispose();
        Broker.Dispose();
        if (_isOwn)
            Directory.Delete(Folder, recursive: true);
    }
}
