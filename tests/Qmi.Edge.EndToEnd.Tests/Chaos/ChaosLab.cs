using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>The native box of the contract on a real broker, both of which may be killed; and one who watches.</summary>
internal sealed class ChaosLab : IDisposable
{
    private const string Box = "qmi/v1/box/box07";

    private static readonly JsonDocumentOptions Commented = new() { CommentHandling = JsonCommentHandling.Skip };

    private readonly string _folder = Directory.CreateTempSubdirectory("qmi-chaos-").FullName;
    private readonly History _history;
    private readonly PlainClient _observer;
    private ChildProcess? _box;
    private volatile string _online = "";

    public ChaosLab(History history)
    {
        _history = history;
        // It writes down what is retained every second, so that a broker that was killed comes back with what was true a moment ago.
        Broker = new MosquittoBroker("allow_anonymous true\nset_tcp_nodelay true\npersistence true\nautosave_interval 1\nmax_queued_messages 20000");
        StartBox(withExtraTask: false);
        _observer = new PlainClient(Broker.Port, "observer", Observe, $"{Box}/state", $"{Box}/task/stage/settings");
        WaitUntilOnline();
        history.RetainedBefore = ReadRetained().Keys.ToHashSet();
    }

    public MosquittoBroker Broker { get; }

    /// <summary>Starts the box, with a task more or without: what that one has retained must go with it.</summary>
    public void StartBox(bool withExtraTask)
    {
        var configuration = JsonNode.Parse(File.ReadAllText(Checkout.PathOf("samples", "stage", "box.json")), documentOptions: Commented)!;
        configuration["mqtt"]!["port"] = Broker.Port;
        configuration["instruments"]!["axis"]!["args"] = new JsonObject { ["logbook"] = PathOf("logbook") };
        if (withExtraTask)
            configuration["tasks"]!["extra"] = new JsonObject { ["type"] = "encoder", ["args"] = new JsonObject { ["axis"] = "axis" }, ["loop"] = new JsonObject { ["period_ms"] = 100 } };
        File.WriteAllText(PathOf("box.json"), configuration.ToJsonString());
        _box = new ChildProcess(Published.Program("stage"), "run", PathOf("box.json"));
    }

    public void KillBox()
    {
        // What it reports from now on is from another run.
        _online = "";
        _box!.Kill();
        _box!.WaitForExit();
        _box!.Dispose();
    }

    /// <summary>Waits until the box is there for everybody.</summary>
    public void WaitUntilOnline()
    {
        // It takes the box up to 30 s to try again when the broker was away for long, and 5 s more to describe itself.
        if (!SpinWait.SpinUntil(() => _observer.IsSubscribed && _online == "online" && Answers(), TimeSpan.FromSeconds(60)))
            throw new TimeoutException($"The box does not come back. It said:\n{string.Join('\n', _box!.Errors.TakeLast(20))}");
    }

    /// <summary>After the last kill, when everybody has ended: what there is to see at rest.</summary>
    public void ReadRest()
    {
        _history.Done = File.Exists(PathOf("logbook")) ? [.. File.ReadAllLines(PathOf("logbook")).Select(line => line.Split(' ')[1])] : [];
        IReadOnlyDictionary<string, string> retained = new Dictionary<string, string>();
        // What is to be cleared is cleared soon after the box is online.
        SpinWait.SpinUntil(() => (retained = ReadRetained()).Keys.ToHashSet().IsSubsetOf(_history.RetainedBefore.Concat(retained.Keys.Where(topic => topic.Contains("/ack/", StringComparison.Ordinal)))), TimeSpan.FromSeconds(15));
        _history.RetainedAfter = retained.Keys.ToHashSet();
        var boot = JsonNode.Parse(retained[$"{Box}/state"])!["boot"]!.GetValue<string>();
        _history.FromEarlierRuns = retained.Where(document => !document.Key.Contains("/ack/", StringComparison.Ordinal) && JsonNode.Parse(document.Value)!["boot"]?.GetValue<string>() != boot).Select(document => document.Key).ToHashSet();
        using var twin = JsonDocument.Parse(retained[$"{Box}/task/stage/settings"]);
        _history.Final = Read(twin.RootElement);
    }

    public void Dispose()
    {
        _observer.Dispose();
        _box?.Dispose();
        Broker.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Observe(PlainMessage message)
    {
        if (message.Payload.Length == 0)
            return;
        using var document = JsonDocument.Parse(message.Payload);
        if (message.Topic.EndsWith("/state", StringComparison.Ordinal))
            _online = document.RootElement.GetProperty("state").GetString()!;
        else if (!message.Retain)
            _history.Reported.Enqueue(Read(document.RootElement));
    }

    private static ReportedSettings Read(JsonElement twin)
    {
        var reported = twin.GetProperty("reported");
        var values = reported.GetProperty("values");
        return new ReportedSettings(reported.GetProperty("rev").GetInt64(), (int)values.GetProperty("rate_hz").GetDouble(), (int)Math.Round(values.GetProperty("gain").GetDouble() * 10));
    }

    private bool Answers()
    {
        using var answered = new ManualResetEventSlim();
        using var client = new PlainClient(Broker.Port, "asker", _ => answered.Set(), $"{Box}/reply/asker/#");
        return SpinWait.SpinUntil(() => client.TryPublish($"{Box}/get/asker/stage/is_running", "{}"), TimeSpan.FromSeconds(2)) && answered.Wait(TimeSpan.FromSeconds(2));
    }

    private IReadOnlyDictionary<string, string> ReadRetained()
    {
        using var reader = new ChildProcess("mosquitto_sub", "-h", "127.0.0.1", "-p", Broker.Port.ToString(CultureInfo.InvariantCulture), "-V", "5", "--retained-only", "-W", "2", "-F", "%t\t%p", "-t", "#");
        reader.WaitForExit();
        // The clock of the machine on which this runs may not be synchronised, which a box says after a while.
        return reader.Output.Select(line => line.Split('\t', 2)).Where(parts => !parts[0].EndsWith("/alarm/clock-unsynchronised", StringComparison.Ordinal)).ToDictionary(parts => parts[0], parts => parts[1]);
    }

    private string PathOf(string file) => Path.Combine(_folder, file);
}
