using System.Globalization;
using System.Text.Json;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>The native sample box, the native simulated cryostat and a real broker, each a process of its own.</summary>
internal sealed class GivenCryo : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmi-edge-").FullName;

    private readonly Func<string, ChildProcess> _box;

    public GivenCryo(bool startBroker = true, Func<string, ChildProcess>? box = null)
    {
        _box = box ?? (configuration => new ChildProcess(Published.Program("cryo"), "run", configuration));
        Broker = new MosquittoBroker("allow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0");
        if (!startBroker)
            Broker.Kill();
        Simulator = new ChildProcess(Published.Program("cryo-simulator"), "0");
        SimulatorPort = int.Parse(Simulator.WaitForLine("simulated cryostat at").Split(':')[^1], CultureInfo.InvariantCulture);
        Configuration = Path.Combine(_folder, "box.json");
        File.WriteAllText(Configuration, File.ReadAllText(Checkout.PathOf("samples", "cryo", "box.json"))
            .Replace("1883", Broker.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("5025", SimulatorPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        Box = StartBox();
        if (startBroker)
        {
            Supervisor = new Supervisor(Broker.Port);
            WaitUntilOnline();
        }
    }

    public MosquittoBroker Broker { get; }

    public ChildProcess Simulator { get; private set; }

    public int SimulatorPort { get; }

    public string Configuration { get; }

    public ChildProcess Box { get; private set; }

    public Supervisor? Supervisor { get; private set; }

    public static string Topic(string below) => "qmi/v1/box/cryo/" + below;

    public ChildProcess StartBox() => Box = _box(Configuration);

    public void RestartSimulator() => Simulator = new ChildProcess(Published.Program("cryo-simulator"), SimulatorPort.ToString(CultureInfo.InvariantCulture));

    public Supervisor Connect(string version = "5")
    {
        Supervisor?.Dispose();
        return Supervisor = new Supervisor(Broker.Port, version: version);
    }

    public void WaitUntilOnline() => Supervisor!.WaitFor(Topic("state"), state => Text(state, "state") == "online");

    public JsonElement Ask(string verb, string target, string method, string? payload = null, string caller = "alice") =>
        Supervisor!.Ask("cryo", verb, caller, target, method, payload);

    public static string? Text(JsonElement element, params string[] path)
    {
        foreach (var step in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(step, out element))
                return null;
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : element.GetRawText();
    }

    public void Dispose()
    {
        Supervisor?.Dispose();
        Box.Dispose();
        Simulator.Dispose();
        Broker.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
