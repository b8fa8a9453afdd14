using System.Globalization;
using System.Text.Json;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>The native program with a broker that knows it by its certificate, under the rules that it has made itself.</summary>
public sealed class CertificateTests : IDisposable
{
    private const string MutualTls = """
        allow_anonymous false
        acl_file acl
        cafile ca.pem
        certfile server.pem
        keyfile server.key
        tls_version tlsv1.3
        require_certificate true
        use_identity_as_username true
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("qmi-edge-").FullName;
    private readonly TestCertificates _authority = new();

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void It_makes_the_rules_is_known_by_its_certificate_and_renews_it()
    {
        using (var acl = new ChildProcess(Published.Program("qmi-edge"), "acl", "--boxes", "box07", "--users", "adm=admin", "--output", PathOf("acl")))
            Assert.Equal(0, acl.WaitForExit());
        Write("ca.pem", _authority.Authority);
        foreach (var name in new[] { "box07", "adm" })
            Issue(name);
        var server = _authority.Issue("127.0.0.1");
        using var broker = new MosquittoBroker(MutualTls, files: [("acl", File.ReadAllText(PathOf("acl"))), ("ca.pem", _authority.Authority), ("server.pem", server.Certificate), ("server.key", server.Key)]);
        using var box = new ChildProcess(Published.Program("qmi-edge"), "run", Write("box.json", """
            {"box":"box07",
             "mqtt":{"host":"127.0.0.1","port":PORT,"tls":{"ca_file":"ca.pem","certificate_file":"box07.pem","key_file":"box07.key"},"roles":{"adm":"admin"}},
             "tasks":{"host":{"type":"host_monitor"}}}
            """.Replace("PORT", broker.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        // It is starting first, or was seen too late for that.
        Assert.True(SpinWait.SpinUntil(() => Run("mosquitto_sub", broker.Port, "-t", "qmi/v1/box/box07/state", "-C", "1").Contains("online", StringComparison.Ordinal), ChildProcess.Patience));

        var request = Ask(broker.Port, "").GetProperty("result").GetProperty("request").GetString()!;
        var reply = Ask(broker.Port, $$$"""{"timeout_ms":60000,"args":{"certificate":"{{{JsonEncodedText.Encode(_authority.Sign(request))}}}"}}""");

        Assert.True(reply.GetProperty("ok").GetBoolean(), reply.GetRawText());
        box.WaitForLine("The broker takes the new certificate");
        box.Terminate();
        Assert.Equal(0, box.WaitForExit());
        Assert.DoesNotContain(box.Errors, line => line.Contains("was not taken", StringComparison.Ordinal));
    }

    private JsonElement Ask(int port, string payload)
    {
        using var document = JsonDocument.Parse(Run("mosquitto_rr", port, "-t", "qmi/v1/box/box07/admin/adm/_box/rotate_cert", "-e", "qmi/v1/client/adm/reply/box07/1", "-m", payload));
        return document.RootElement.Clone();
    }

    private string Run(string program, int port, params string[] arguments)
    {
        string[] who = ["-V", "5", "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "--cafile", PathOf("ca.pem"), "--cert", PathOf("adm.pem"), "--key", PathOf("adm.key")];
        using var client = new ChildProcess(program, [.. who, "-q", "1", "-W", "30", .. arguments]);
        Assert.True(client.WaitForExit() == 0, string.Join('\n', client.Errors));
        return Assert.Single(client.Output);
    }

    private void Issue(string name)
    {
        var (certificate, key) = _authority.Issue(name);
        Write(name + ".pem", certificate);
        Write(name + ".key", key);
    }

    private string Write(string file, string text)
    {
        File.WriteAllText(PathOf(file), text);
        return PathOf(file);
    }

    private string PathOf(string file) => Path.Combine(_folder, file);
}
