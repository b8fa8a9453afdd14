using System.Security.Authentication;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>TLS with certificates made for the test, and all the ways in which it fails: each with words, none silently, none for good.</summary>
public sealed class MosquittoTlsTests : IAsyncDisposable
{
    private const string MutualTls = """
        allow_anonymous true
        cafile ca.pem
        certfile server.pem
        keyfile server.key
        require_certificate true
        """;

    private readonly TestCertificates _authority = new();
    private readonly List<TestClient> _clients = [];
    private MosquittoBroker? _broker;

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        _broker?.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1", SslProtocols.Tls13)]
    [InlineData("localhost", SslProtocols.Tls12)]
    [Trait("rule", "MQTT-2.11.4")]
    public void Both_sides_show_their_certificates_and_messages_pass(string host, SslProtocols version)
    {
        StartBroker(host);
        var client = Start(options => options with { Host = host, Tls = options.Tls! with { MinimumVersion = version } });

        client.Subscribe("t");
        for (var i = 0; i < 100; i++)
            client.Publish("t", new string('x', 10_000 + i), MqttQos.AtLeastOnce);

        Assert.Equal(Enumerable.Range(10_000, 100), client.Events.WaitForMessages(100).Select(message => message.Payload.Length));
    }

    [Fact]
    public async Task A_stop_over_tls_is_clean_too()
    {
        StartBroker();
        var observer = Start(options => options with { ClientId = "observer" }).Subscribe("state").Subscribe("end");
        var client = Start(options => options with { Will = _ => new MqttWill { Topic = "state" } });
        client.Events.WaitForSession();

        Assert.True(await client.Connection.StopAsync(MqttStop.Clean, EventRecorder.Patience));

        observer.Publish("end", "");
        Assert.Equal("end", observer.Events.WaitForMessages(1)[0].Topic);
    }

    [Fact]
    public void A_broker_of_another_authority_is_told_with_words_and_tried_again()
    {
        StartBroker();
        using var other = new TestCertificates("another authority");
        File.WriteAllText(Broker.GetPath("other.pem"), other.Authority);
        var client = Start(options => options with { Tls = options.Tls! with { CaFile = Broker.GetPath("other.pem") } });

        var wrong = client.Events.WaitForDisconnection(disconnection => disconnection.Reason == MqttReason.TlsFailed);

        Assert.Contains("certificate verify failed", wrong.Text, StringComparison.Ordinal);
        Assert.NotNull(wrong.RetryAfter);
        client.Events.WaitForDisconnection(disconnection => disconnection != wrong && disconnection.Reason == MqttReason.TlsFailed);
    }

    [Fact]
    public void A_broker_with_another_name_is_told_with_words()
    {
        StartBroker("broker.example");
        var client = Start();
        var wrong = client.Events.WaitForDisconnection(disconnection => disconnection.Reason == MqttReason.TlsFailed);
        Assert.Contains("host name verification failed", wrong.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_without_a_certificate_is_told_what_may_be_missing_and_tries_again()
    {
        StartBroker();
        var client = Start(options => options with { Tls = options.Tls! with { CertificateFile = null, KeyFile = null } });

        var refused = client.Events.WaitForDisconnection(disconnection => !disconnection.WasConnected);

        Assert.Contains("certificate", refused.Text, StringComparison.Ordinal);
        client.Events.WaitForDisconnection(disconnection => disconnection != refused);
        Assert.Empty(client.Events.Sessions);
    }

    [Fact]
    public void A_certificate_that_arrives_later_is_found_without_a_restart()
    {
        StartBroker();
        var (certificate, key) = _authority.Issue("box07");
        var client = Start(options => options with { Tls = options.Tls! with { CertificateFile = Broker.GetPath("new.pem"), KeyFile = Broker.GetPath("new.key") } });
        var missing = client.Events.WaitForDisconnection(disconnection => disconnection.Reason == MqttReason.Misconfigured);
        Assert.Contains("new.pem", missing.Text, StringComparison.Ordinal);

        File.WriteAllText(Broker.GetPath("new.key"), key);
        File.WriteAllText(Broker.GetPath("new.pem"), certificate);

        client.Events.WaitForSession();
    }

    [Fact]
    public void A_file_that_is_no_certificate_is_named()
    {
        StartBroker();
        File.WriteAllText(Broker.GetPath("client.pem"), "not a certificate");
        var wrong = Start().Events.WaitForDisconnection(disconnection => disconnection.Reason == MqttReason.TlsFailed);
        Assert.Contains("client.pem", wrong.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_that_closes_during_the_handshake_does_not_keep_the_processor_busy_until_the_timeout()
    {
        StartBroker();
        using var peer = new FakeBroker(connection => connection.Socket.Receive(new byte[4096]));
        var client = Start(options => options with { Port = peer.Port, ConnectTimeout = TimeSpan.FromHours(1) });

        var closed = client.Events.WaitForDisconnection(disconnection => !disconnection.WasConnected);

        // OpenSSL says one or the other, depending on how far it was.
        Assert.Contains(closed.Reason, new[] { MqttReason.ConnectionLost, MqttReason.TlsFailed });
        Assert.Contains("certificate", closed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_that_is_silent_during_the_handshake_is_given_up_after_the_connect_timeout()
    {
        StartBroker();
        using var peer = new FakeBroker(connection => connection.ReadToEnd());
        var client = Start(options => options with { Port = peer.Port, ConnectTimeout = TimeSpan.FromMilliseconds(300) });
        client.Events.WaitForDisconnection(disconnection => disconnection.Reason == MqttReason.ConnectTimedOut);
    }

    [Fact]
    public void A_broker_without_tls_is_told_with_words()
    {
        StartBroker();
        using var plain = new MosquittoBroker();
        var client = Start(options => options with { Port = plain.Port, ConnectTimeout = TimeSpan.FromSeconds(5) });
        client.Events.WaitForDisconnection(disconnection => disconnection.Reason is MqttReason.TlsFailed or MqttReason.ConnectionLost);
    }

    private MosquittoBroker Broker => _broker!;

    private void StartBroker(string name = "127.0.0.1")
    {
        var server = _authority.Issue(name);
        var client = _authority.Issue("box07");
        _broker = new MosquittoBroker(MutualTls, files:
        [
            ("ca.pem", _authority.Authority),
            ("server.pem", server.Certificate),
            ("server.key", server.Key),
            ("client.pem", client.Certificate),
            ("client.key", client.Key),
        ]);
    }

    private TestClient Start(Func<MqttOptions, MqttOptions>? configure = null)
    {
        var options = new MqttOptions
        {
            Host = "127.0.0.1",
            Port = Broker.Port,
            ClientId = "client",
            ReconnectDelay = TimeSpan.FromMilliseconds(50),
            Tls = new MqttTls { CaFile = Broker.GetPath("ca.pem"), CertificateFile = Broker.GetPath("client.pem"), KeyFile = Broker.GetPath("client.key") },
        };
        var client = new TestClient(new MosquittoConnection(configure?.Invoke(options) ?? options, TestLog.Instance));
        _clients.Add(client);
        return client;
    }
}
