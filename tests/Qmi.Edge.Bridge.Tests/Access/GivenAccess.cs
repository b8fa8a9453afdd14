namespace Qmi.Edge.Bridge.Tests;

/// <summary>How a broker knows who somebody is.</summary>
public enum Authentication
{
    Passwords,
    Certificates,
    DynamicSecurity,
}

/// <summary>A broker with the rules of a plan, and clients of everybody. One more client, root, may do everything: it looks from outside.</summary>
internal sealed class GivenAccess : IAsyncDisposable
{
    private const string Root = "root";
    private const string Common = "allow_anonymous false\nset_tcp_nodelay true\nmax_queued_messages 20000\n";

    private readonly Authentication _authentication;
    private readonly MqttProtocolVersion _version;
    private readonly MosquittoBroker _broker;
    private readonly List<TestClient> _clients = [];

    public GivenAccess(AccessPlan plan, Authentication authentication, MqttProtocolVersion version, params string[] others)
    {
        (_authentication, _version) = (authentication, version);
        string[] names = [.. plan.Boxes, .. plan.Users.Select(user => user.Name).Distinct(), .. others];
        var rules = MosquittoAclFile.Write(plan) + $"\nuser {Root}\ntopic readwrite #\n";
        _broker = authentication switch
        {
            Authentication.Passwords => new MosquittoBroker(Common + "acl_file acl\npassword_file passwords", files: [("acl", rules), ("passwords", HashPasswords([.. names, Root]))]),
            Authentication.Certificates => new MosquittoBroker(
                Common + "acl_file acl\ncafile ca.pem\ncertfile server.pem\nkeyfile server.key\nrequire_certificate true\nuse_identity_as_username true\ntls_version tlsv1.3",
                files: [("acl", rules), .. IssueCertificates([.. names, Root])]),
            _ => new MosquittoBroker(Common + $"plugin {Plugin}\nplugin_opt_config_file dynsec.json", files: [("dynsec.json", WriteDynsec(plan))]),
        };
        if (authentication == Authentication.DynamicSecurity)
            SetPasswords(names, others);
    }

    /// <summary>The plugin as Debian installs it; null when it is not there.</summary>
    public static string? Plugin { get; } = Directory.Exists("/usr/lib")
        ? Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu*").Select(folder => Path.Combine(folder, "mosquitto_dynamic_security.so")).FirstOrDefault(File.Exists)
        : null;

    /// <summary>A client that may do everything.</summary>
    public TestClient ConnectRoot() => Connect(Root);

    public TestClient Connect(string name, string? clientId = null)
    {
        var client = new TestClient(new MosquittoConnection(OptionsOf(name) with { ClientId = clientId ?? "client-of-" + name }, TestLog.Instance));
        _clients.Add(client);
        client.Events.WaitForSession();
        return client;
    }

    /// <summary>How somebody connects.</summary>
    public MqttOptions OptionsOf(string name)
    {
        var options = new MqttOptions { Host = "127.0.0.1", Port = _broker.Port, ClientId = name, ProtocolVersion = _version };
        return _authentication == Authentication.Certificates
            ? options with { Tls = new MqttTls { CaFile = _broker.GetPath("ca.pem"), CertificateFile = _broker.GetPath(name + ".pem"), KeyFile = _broker.GetPath(name + ".key") } }
            : options with { UserName = name, Password = PasswordOf(name) };
    }

    /// <summary>How a program of somebody connects.</summary>
    public EdgeClientOptions ClientOptionsOf(string name)
    {
        var options = OptionsOf(name);
        return new EdgeClientOptions { Host = options.Host, Port = options.Port, UserName = name, Password = options.Password, Tls = options.Tls, ProtocolVersion = _version };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        _broker.Dispose();
    }

    private static string PasswordOf(string name) => $"secret of {name}";

    private static string HashPasswords(IEnumerable<string> names)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(file, names.Select(name => $"{name}:{PasswordOf(name)}"));
            Run("mosquitto_passwd", "-U", file);
            return File.ReadAllText(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IEnumerable<(string, string)> IssueCertificates(IEnumerable<string> names)
    {
        using var authority = new TestCertificates();
        yield return ("ca.pem", authority.Authority);
        foreach (var (name, file) in names.Select(name => (name, name)).Append(("127.0.0.1", "server")))
        {
            var (certificate, key) = authority.Issue(name);
            yield return (file + ".pem", certificate);
            yield return (file + ".key", key);
        }
    }

    // As the how-to says: mosquitto's own tool makes the file with an administrator, the rules are laid over it.
    private static string WriteDynsec(AccessPlan plan)
    {
        var folder = Directory.CreateTempSubdirectory("qmi-dynsec-");
        try
        {
            var file = Path.Combine(folder.FullName, "dynsec.json");
            Run("mosquitto_ctrl", "dynsec", "init", file, Root, PasswordOf(Root));
            // So that this administrator of the broker may publish everywhere, too.
            using var existing = System.Text.Json.JsonDocument.Parse(File.ReadAllText(file)
                .Replace("\"acls\":\t[", "\"acls\":[{\"acltype\":\"publishClientSend\",\"topic\":\"#\",\"allow\":true},", StringComparison.Ordinal));
            using var written = new MemoryStream();
            DynsecFile.Write(written, plan, existing.RootElement);
            return System.Text.Encoding.UTF8.GetString(written.ToArray());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // What mosquitto_ctrl sends, all of it at once: it takes a second for each command.
    private void SetPasswords(IEnumerable<string> names, string[] others)
    {
        var commands = names.Select(name => others.Contains(name)
            ? $$"""{"command":"createClient","username":"{{name}}","password":"{{PasswordOf(name)}}"}"""
            : $$"""{"command":"setClientPassword","username":"{{name}}","password":"{{PasswordOf(name)}}"}""");
        var root = Connect(Root, clientId: "setup").Subscribe("$CONTROL/dynamic-security/v1/response");
        root.Publish("$CONTROL/dynamic-security/v1", $$"""{"commands":[{{string.Join(',', commands)}}]}""", MqttQos.AtLeastOnce);
        Assert.DoesNotContain("error", root.Events.WaitForMessages(1)[0].Text, StringComparison.Ordinal);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = new ChildProcess(program, arguments);
        if (process.WaitForExit() != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {string.Join('\n', process.Output.Concat(process.Errors))}");
    }
}
