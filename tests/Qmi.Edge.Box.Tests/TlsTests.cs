using System.Text.RegularExpressions;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box.Tests;

/// <summary>A configured box and a broker that know each other by their certificates, and the rules that come from the same configuration.</summary>
public sealed partial class TlsTests : IDisposable
{
    private const string MutualTls = """
        allow_anonymous false
        set_tcp_nodelay true
        acl_file acl
        cafile ca.pem
        certfile server.pem
        keyfile server.key
        require_certificate true
        use_identity_as_username true
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly RecordedLog _log = new();
    private readonly TestCertificates _authority = new();
    private MosquittoBroker? _broker;

    public void Dispose()
    {
        _broker?.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_box_is_known_by_its_certificate_and_the_rules_allow_all_that_it_says_and_let_everybody_see_it()
    {
        StartBroker("127.0.0.1", "tls_version tlsv1.3");
        using var outside = Connect("root");
        using var observer = Connect("obs");
        using var alice = Connect("alice");

        await using (var running = await StartAsync())
        {
            outside.WaitFor("qmi/v1/box/cryo/state", state => state.GetProperty("state").GetString() == "online");
            var reply = alice.Ask("cryo", "call", "alice", "stage", "set_settings", """{"args":{"values":{"rate":20}}}""");
            Assert.True(reply.GetProperty("ok").GetBoolean(), reply.GetRawText());
            alice.Publish("qmi/v1/box/cryo/task/stage/push/alice", """{"id":"p-1","values":{"label":"north"}}""");
            alice.WaitFor("qmi/v1/box/cryo/task/stage/ack/alice", ack => ack.GetProperty("state").GetString() == "applied");
            Assert.Equal("observer", observer.Ask("cryo", "get", "obs", "_box", "whoami").GetProperty("result").GetProperty("role").GetString());
            running.Box.Alarms.Raise("pump", AlarmSeverity.Warning, "PUMP_DRY", "The pump runs dry: fill it.");
            observer.WaitFor("qmi/v1/box/cryo/alarm/pump");
        }

        observer.WaitFor("qmi/v1/box/cryo/state", state => state.GetProperty("state").GetString() == "offline");
        var said = Topics(outside).Where(topic => !RequestOrReply().IsMatch(topic)).ToList();
        Assert.Contains("qmi/v1/box/cryo/task/stage/status", said);
        Assert.Contains("qmi/v1/box/cryo/instrument/pump/info", said);
        Assert.Empty(said.Except(Topics(observer)));
        Assert.DoesNotContain(Topics(observer), topic => topic.Contains("/reply/alice/", StringComparison.Ordinal) || topic.Contains("/push/alice", StringComparison.Ordinal));
        // Nothing that the box has said was refused.
        Assert.DoesNotContain(_log.Lines, line => line.Text.Contains("was not taken", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("rule", "MQTT-2.11.4")]
    public async Task A_broker_with_a_certificate_for_another_name_is_no_broker_of_this_box()
    {
        StartBroker("broker.example", "tls_version tlsv1.3");

        await using var running = await StartAsync();

        WaitForLine("host name verification failed");
        Assert.True(((QmiTaskRunner)running.Box.FindObject("stage")!).IsRunning);
    }

    [Fact]
    public async Task A_broker_that_speaks_only_an_old_version_of_TLS_is_not_spoken_to()
    {
        StartBroker("127.0.0.1", "");
        var port = FreePort.Find();
        using var old = new ChildProcess("openssl", _broker!.Folder, ["s_server", "-tls1_2", "-accept", $"127.0.0.1:{port}", "-cert", "server.pem", "-key", "server.key"]);
        old.WaitForLine("ACCEPT");
        _folder.Write("box.json", File.ReadAllText(_folder.PathOf("box.json")).Replace($"{_broker.Port}", $"{port}", StringComparison.Ordinal));

        await using var running = await StartAsync();

        WaitForLine("protocol version");
    }

    [Fact]
    public async Task A_certificate_that_ends_soon_is_an_alarm_that_everybody_sees()
    {
        StartBroker("127.0.0.1", "tls_version tlsv1.3", DateTimeOffset.UtcNow.AddDays(20));
        using var observer = Connect("obs");

        await using var running = await StartAsync();

        var alarm = observer.WaitFor("qmi/v1/box/cryo/alarm/certificate").Json;
        Assert.Equal(("warning", "CERTIFICATE_EXPIRES"), (alarm.GetProperty("severity").GetString(), alarm.GetProperty("code").GetString()));
    }

    [Fact]
    [Trait("rule", "MQTT-3.33")]
    public async Task A_box_whose_certificate_has_ended_goes_on_unseen()
    {
        StartBroker("127.0.0.1", "tls_version tlsv1.3", DateTimeOffset.UtcNow.AddMinutes(-1));

        await using var running = await StartAsync();

        WaitForLine("certificate expired");
        Assert.True(SpinWait.SpinUntil(() => running.Box.Alarms.Find("certificate") is { Severity: AlarmSeverity.Critical }, ChildProcess.Patience));
        var stage = running.Box.GetProxy<FollowerProxy>("stage");
        stage.SetSettings(new FollowerSettings { Rate = 30 });
        Assert.True(SpinWait.SpinUntil(() => stage.GetSettings().Rate == 30, ChildProcess.Patience));
    }

    private void StartBroker(string name, string more, DateTimeOffset? end = null)
    {
        var (box, server) = (_authority.Issue("cryo", end), _authority.Issue(name));
        _folder.Write("ca.pem", _authority.Authority);
        _folder.Write("box.pem", box.Certificate);
        _folder.Write("box.key", box.Key);
        var configuration = """
            {"box":"cryo",
             "mqtt":{"host":"127.0.0.1","port":PORT,"tls":{"ca_file":"ca.pem","certificate_file":"box.pem","key_file":"box.key"},"roles":{"alice":"operator","obs":"observer"}},
             "instruments":{"pump":{"type":"pump"}},
             "tasks":{"stage":{"type":"follower","loop":{"period_ms":50}}}}
            """;
        var mistakes = new List<string>();
        var plan = AclPlan.Create(new AclRequest { Files = [_folder.Write("box.json", configuration.Replace("PORT", "1883"))], Format = "mosquitto" }, mistakes);
        Assert.Empty(mistakes);
        _broker = new MosquittoBroker($"{MutualTls}\n{more}", files:
        [
            ("acl", MosquittoAclFile.Write(plan) + "\npattern readwrite supervisor/ready\nuser root\ntopic readwrite #\n"),
            ("ca.pem", _authority.Authority), ("server.pem", server.Certificate), ("server.key", server.Key),
        ]);
        _folder.Write("box.json", configuration.Replace("PORT", $"{_broker.Port}"));
    }

    private Supervisor Connect(string name)
    {
        var (certificate, key) = _authority.Issue(name);
        return new Supervisor(_broker!.Port, options: ["--cafile", _folder.PathOf("ca.pem"), "--cert", _folder.Write(name + ".pem", certificate), "--key", _folder.Write(name + ".key", key)]);
    }

    private Task<RunningBox> StartAsync() => RunningBox.StartAsync(ConfigurationReader.Read(_folder.PathOf("box.json"), GivenTypes.Catalog()), _log);

    private void WaitForLine(string part) =>
        Assert.True(SpinWait.SpinUntil(() => _log.Lines.Any(line => line.Text.Contains(part, StringComparison.Ordinal)), ChildProcess.Patience), $"Not logged: {part}. Logged: {string.Join('\n', _log.Lines)}");

    private static HashSet<string> Topics(Supervisor supervisor) => [.. supervisor.Seen.Select(message => message.Topic).Where(topic => topic.StartsWith("qmi/", StringComparison.Ordinal))];

    [GeneratedRegex("/(get|call|admin|reply|push)/")]
    private static partial Regex RequestOrReply();
}
