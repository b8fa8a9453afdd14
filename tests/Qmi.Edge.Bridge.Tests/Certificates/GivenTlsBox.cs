using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A box that is known to its broker by its certificate, and an administrator of it.</summary>
internal sealed class GivenTlsBox : IAsyncDisposable
{
    private const string Configuration = """
        allow_anonymous false
        set_tcp_nodelay true
        cafile ca.pem
        certfile server.pem
        keyfile server.key
        require_certificate true
        use_identity_as_username true
        tls_version tlsv1.3
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("qmi-box-").FullName;
    private TestClient? _admin;
    private MqttBridge? _bridge;

    public GivenTlsBox()
    {
        var (server, admin, box) = (Authority.Issue("127.0.0.1"), Authority.Issue("adm"), Authority.Issue("box07"));
        Broker = new MosquittoBroker(Configuration, files:
        [
            ("ca.pem", Authority.Authority),
            ("server.pem", server.Certificate), ("server.key", server.Key),
            ("adm.pem", admin.Certificate), ("adm.key", admin.Key),
        ]);
        Write("ca.pem", Authority.Authority);
        Write("box.pem", box.Certificate);
        Write("box.key", box.Key);
    }

    /// <summary>The box's clock: no trial ends because the machine is slow. The connection has the real one.</summary>
    public ManualTime Time { get; } = new() { Epoch = DateTimeOffset.UtcNow };

    public TestCertificates Authority { get; } = new();

    public MosquittoBroker Broker { get; }

    public EdgeBox Box { get; private set; } = null!;

    public MosquittoConnection Connection { get; private set; } = null!;

    public string PathOf(string file) => Path.Combine(_folder, file);

    public void Write(string file, string text) => File.WriteAllText(PathOf(file), text);

    public string Read(string file) => File.ReadAllText(PathOf(file));

    public bool Has(string file) => File.Exists(PathOf(file));

    public GivenTlsBox Start()
    {
        Box = new EdgeBox("box07", new EdgeBoxOptions { TimeProvider = Time });
        var tls = new MqttTls { CaFile = PathOf("ca.pem"), CertificateFile = PathOf("box.pem"), KeyFile = PathOf("box.key") };
        var options = new MqttOptions { Host = "127.0.0.1", Port = Broker.Port, ClientId = "box07", Tls = tls, MaximumReconnectDelay = TimeSpan.FromMilliseconds(500) };
        _bridge = new MqttBridge(Box, Keep(Mosquitto.Connect(options)), new BridgeOptions { Tls = tls, BirthSpread = TimeSpan.Zero });
        _bridge.Start();
        return this;
    }

    // The connection for control is made first.
    private MqttConnect Keep(MqttConnect connect) => (customise, logger) =>
    {
        var made = connect(customise, logger);
        Connection ??= (MosquittoConnection)made;
        return made;
    };

    public async Task StopAsync()
    {
        await Box.StopAsync();
        await _bridge!.DisposeAsync();
        await Box.DisposeAsync();
    }

    public GivenTlsBox WaitUntilOnline(long connection = 1)
    {
        Admin.Events.WaitForMessage(message => message.Topic.EndsWith("box07/state", StringComparison.Ordinal) && message.Text.Contains(Box.Boot) && message.Text.Contains($"\"conn\":{connection},") && !message.Text.Contains("lost"));
        return this;
    }

    /// <summary>The broker comes back trusting others; box and administrator come back, too.</summary>
    public void RestartBroker(string authorities)
    {
        Broker.Stop();
        File.WriteAllText(Broker.GetPath("ca.pem"), authorities);
        Assert.True(SpinWait.SpinUntil(() => Connection.Session is null && Admin.Connection.Session is null, EventRecorder.Patience), "The connections do not end.");
        Broker.Restart();
        Assert.True(SpinWait.SpinUntil(() => Connection.Session is not null && Admin.Connection.Session is not null, EventRecorder.Patience), "The connections do not come back.");
        WaitUntilOnline(Connection.Session!.Number);
    }

    public Alarm? WaitForAlarm(string id)
    {
        Assert.True(SpinWait.SpinUntil(() => Box.Alarms.Find(id) is not null, EventRecorder.Patience), $"There is no alarm {id}.");
        return Box.Alarms.Find(id);
    }

    /// <summary>Calls the method and waits for its reply.</summary>
    /// <param name="certificate">What is to be put in place; null = a request is wanted.</param>
    /// <param name="meanwhile">Done while the call is under way.</param>
    public JsonElement Rotate(string? certificate = null, Action? meanwhile = null)
    {
        var number = Admin.Events.Messages.Count(IsReply);
        var payload = certificate is null ? "" : $$$"""{"timeout_ms":60000,"args":{"certificate":"{{{JsonEncodedText.Encode(certificate)}}}"}}""";
        Admin.Publish("qmi/v1/box/box07/admin/adm/_box/rotate_cert", payload, MqttQos.AtLeastOnce);
        meanwhile?.Invoke();
        string? reply = null;
        Assert.True(SpinWait.SpinUntil(() => (reply = Admin.Events.Messages.Where(IsReply).Skip(number).FirstOrDefault()?.Text) is not null, EventRecorder.Patience), "There is no reply.");
        return JsonDocument.Parse(reply!).RootElement;

        static bool IsReply(ReceivedMessage message) => message.Topic == "qmi/v1/box/box07/reply/adm/_box/rotate_cert";
    }

    /// <summary>Lets the time of a trial pass, once it has begun.</summary>
    public void LetTrialPass()
    {
        Assert.True(SpinWait.SpinUntil(() => Has("box.pem.trial") && !Has("box.pem.new"), EventRecorder.Patience), "There is no trial.");
        bool IsOver()
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            return !Has("box.pem.trial");
        }

        Assert.True(SpinWait.SpinUntil(IsOver, EventRecorder.Patience), "The trial does not end.");
    }

    public string Request() => Rotate().GetProperty("result").GetProperty("request").GetString()!;

    private TestClient Admin
    {
        get
        {
            if (_admin is not null)
                return _admin;
            _admin = new TestClient(new MosquittoConnection(
                new MqttOptions
                {
                    Host = "127.0.0.1",
                    Port = Broker.Port,
                    ClientId = "adm",
                    Tls = new MqttTls { CaFile = Broker.GetPath("ca.pem"), CertificateFile = Broker.GetPath("adm.pem"), KeyFile = Broker.GetPath("adm.key") },
                    MaximumReconnectDelay = TimeSpan.FromMilliseconds(500),
                },
                TestLog.Instance));
            _admin.Events.Connected = _ => _admin.Connection.TrySubscribe(new MqttSubscription("qmi/v1/#"));
            _admin.Subscribe("qmi/v1/#");
            return _admin;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_bridge is not null)
            await StopAsync();
        if (_admin is not null)
            await _admin.DisposeAsync();
        Broker.Dispose();
        Authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
