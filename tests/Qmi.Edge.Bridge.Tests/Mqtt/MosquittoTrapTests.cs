using System.Net;
using System.Net.Sockets;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>What peers do to a client of libmosquitto, each of which would stop it for good or block it if the library were used as it comes.</summary>
public sealed class MosquittoTrapTests : IAsyncDisposable
{
    private readonly List<TestClient> _clients = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
    }

    [Theory]
    [InlineData(0x8B, MqttReason.ServerShuttingDown)]
    [InlineData(0x8E, MqttReason.SessionTakenOver)]
    [InlineData(0x00, MqttReason.Success)]
    public void A_disconnect_sent_by_the_server_is_told_and_followed_by_a_new_connection(byte code, MqttReason reason)
    {
        using var broker = new FakeBroker(connection =>
        {
            connection.Accept(connection.ReadConnect());
            if (connection.Number < 3)
                connection.Send(0xE0, 2, code, 0);
            connection.ReadToEnd();
        });
        var client = Start(broker.Port);

        client.Events.WaitForSession(3);

        Assert.All(client.Events.Disconnections, disconnection => Assert.Equal((reason, true), (disconnection.Reason, disconnection.WasConnected)));
    }

    [Fact]
    public void A_disconnect_in_its_short_form_is_followed_by_a_new_connection()
    {
        using var broker = new FakeBroker(connection =>
        {
            connection.Accept(connection.ReadConnect());
            if (connection.Number == 1)
                connection.Send(0xE0, 0);
            connection.ReadToEnd();
        });
        Start(broker.Port).Events.WaitForSession(2);
    }

    [Fact]
    public void A_broker_that_never_answers_is_given_up_after_the_connect_timeout()
    {
        using var broker = new FakeBroker(connection => connection.ReadToEnd());
        var client = Start(broker.Port, options => options with { ConnectTimeout = TimeSpan.FromMilliseconds(200) });

        var given = client.Events.WaitForDisconnection(disconnection => disconnection.Reason == MqttReason.ConnectTimedOut);

        Assert.False(given.WasConnected);
        SpinWait.SpinUntil(() => broker.Connections >= 3, EventRecorder.Patience);
        Assert.True(broker.Connections >= 3);
    }

    [Fact]
    public async Task A_broker_whose_backlog_is_full_is_given_up_after_the_connect_timeout()
    {
        using var broker = new FakeBroker(script: null, backlog: 0);
        using var crowd = new Crowd(broker.Port);
        var client = Start(broker.Port, options => options with { ConnectTimeout = TimeSpan.FromMilliseconds(200) });

        client.Events.WaitForDisconnection(disconnection => disconnection.Reason == MqttReason.ConnectTimedOut);
        await client.Connection.StopAsync(MqttStop.Clean, TimeSpan.Zero).AsTask().WaitAsync(EventRecorder.Patience, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stop_while_connecting_does_not_wait_for_the_peer(bool isBacklogFull)
    {
        using var broker = new FakeBroker(isBacklogFull ? null : connection => connection.ReadToEnd(), backlog: isBacklogFull ? 0 : 128);
        using var crowd = isBacklogFull ? new Crowd(broker.Port) : null;
        var client = Start(broker.Port, options => options with { ConnectTimeout = TimeSpan.FromHours(1) });
        if (!isBacklogFull)
            Assert.True(SpinWait.SpinUntil(() => broker.Connections > 0, EventRecorder.Patience));

        var complete = await client.Connection.StopAsync(MqttStop.Clean, TimeSpan.FromHours(1)).AsTask().WaitAsync(EventRecorder.Patience, TestContext.Current.CancellationToken);

        Assert.False(complete);
        Assert.Equal([MqttReason.Stopped], client.Events.Disconnections.Select(disconnection => disconnection.Reason));
    }

    [Fact]
    public async Task A_clean_stop_gives_up_on_a_broker_that_stands_still()
    {
        using var broker = new MosquittoBroker();
        var client = Start(broker.Port);
        client.Events.WaitForSession();
        broker.Pause();
        client.Publish("t", "", MqttQos.AtLeastOnce, token: 1);

        var complete = await client.Connection.StopAsync(MqttStop.Clean, TimeSpan.FromMilliseconds(200)).AsTask().WaitAsync(EventRecorder.Patience, TestContext.Current.CancellationToken);

        Assert.False(complete);
        Assert.Equal([(1, MqttReason.ConnectionLost)], client.Events.Acknowledgements);
    }

    [Fact]
    public void A_broker_that_falls_silent_is_given_up_by_the_keep_alive()
    {
        using var broker = new MosquittoBroker();
        var client = Start(broker.Port, options => options with { KeepAlive = TimeSpan.FromSeconds(5) });
        client.Events.WaitForSession();

        broker.Pause();

        var silent = client.Events.WaitForDisconnection(disconnection => disconnection.WasConnected);
        Assert.Equal(MqttReason.KeepAliveExpired, silent.Reason);
        Assert.DoesNotContain("Unknown", silent.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(0x32)]
    [InlineData(0x82)]
    [InlineData(0xA2)]
    public void A_broker_that_answers_pings_and_nothing_else_is_given_up_after_three_keep_alives(byte unanswered)
    {
        var time = new ManualTime();
        using var arrived = new ManualResetEventSlim();
        using var broker = new FakeBroker(connection =>
        {
            connection.Accept(connection.ReadConnect());
            while (true)
            {
                var (type, _) = connection.ReadPacket();
                if (type == 0xC0)
                    connection.Send(0xD0, 0);
                else if (type == unanswered)
                    arrived.Set();
            }
        });
        var client = Start(broker.Port, options => options with { KeepAlive = TimeSpan.FromSeconds(5) }, time);
        client.Events.WaitForSession();
        if (unanswered == 0x32)
            client.Publish("t", "", MqttQos.AtLeastOnce, token: 1);
        else if (unanswered == 0x82)
            client.Connection.TrySubscribe(new MqttSubscription("t"));
        else
            client.Connection.TryUnsubscribe("t");

        Assert.True(arrived.Wait(EventRecorder.Patience));

        // The library's own keep-alive runs on the real clock and finds nothing wrong; ours runs on this one.
        time.Advance(TimeSpan.FromSeconds(14.9));
        Assert.False(SpinWait.SpinUntil(() => client.Events.Disconnections.Length > 0, TimeSpan.FromSeconds(1.5)));
        time.Advance(TimeSpan.FromSeconds(0.2));

        var end = client.Events.WaitForDisconnection(disconnection => disconnection.WasConnected);
        Assert.Equal(MqttReason.KeepAliveExpired, end.Reason);
        Assert.Contains("answered pings", end.Text, StringComparison.Ordinal);
        time.Advance(end.RetryAfter!.Value);
        client.Events.WaitForSession(2);
        // The clean stop at the end of the test waits on this clock.
        time.Advance(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_peer_that_does_not_speak_mqtt_is_told_and_tried_again()
    {
        using var broker = new FakeBroker(connection =>
        {
            connection.Send("HTTP/1.1 400 Bad Request\r\n\r\n"u8);
            connection.ReadToEnd();
        });
        var client = Start(broker.Port, options => options with { ProtocolVersion = MqttProtocolVersion.V5, ConnectTimeout = TimeSpan.FromSeconds(1) });

        client.Events.WaitForDisconnection(disconnection => disconnection.Reason is MqttReason.ProtocolViolated or MqttReason.ConnectTimedOut);
        Assert.True(SpinWait.SpinUntil(() => broker.Connections >= 2, EventRecorder.Patience));
    }

    [Fact]
    public void A_name_finds_a_broker_that_listens_on_ipv4_only()
    {
        using var broker = new MosquittoBroker();
        Start(broker.Port, options => options with { Host = "localhost" }).Events.WaitForSession();
    }

    [Fact]
    public void No_more_publications_are_in_flight_than_the_options_and_the_broker_allow()
    {
        var identifiers = new List<int>();
        using var broker = new FakeBroker(connection =>
        {
            connection.ReadConnect();

            // CONNACK with Receive Maximum 3.
            connection.Send(0x20, 6, 0, 0, 3, 0x21, 0, 3);
            while (true)
            {
                var (type, body) = connection.ReadPacket();
                if ((type & 0xF0) != 0x30)
                    continue;
                lock (identifiers)
                    identifiers.Add(body[3] << 8 | body[4]);
            }
        });
        var client = Start(broker.Port);
        Assert.Equal(3, client.Events.WaitForSession().ReceiveMaximum);

        for (var i = 1; i <= 10; i++)
            client.Publish("t", $"{i}", MqttQos.AtLeastOnce, token: i);

        // An unsubscription goes by the same queue: it must not pass either.
        Assert.True(client.Connection.TryUnsubscribe("t"));
        Assert.True(SpinWait.SpinUntil(() => Count(identifiers) >= 3, EventRecorder.Patience));
        Assert.False(SpinWait.SpinUntil(() => Count(identifiers) > 3, TimeSpan.FromMilliseconds(200)));
    }

    [Fact]
    public void A_packet_number_still_in_use_is_not_given_out_again()
    {
        const int Numbers = 65_535;
        using var release = new ManualResetEventSlim();
        var quiet = 0;
        var second = 0;
        var tooEarly = 0;
        using var broker = new FakeBroker(connection =>
        {
            connection.Accept(connection.ReadConnect());
            connection.ReadPacket();
            for (; quiet < Numbers - 1; quiet++)
                connection.ReadPacket();

            // All numbers but the first went round. Nothing may come until that is acknowledged.
            release.Wait();
            tooEarly = connection.Socket.Available;
            connection.Send(0x40, 2, 0, 1);
            var (_, body) = connection.ReadPacket();
            Volatile.Write(ref second, body[3] << 8 | body[4]);
            connection.ReadToEnd();
        });
        // The round takes its time on a busy machine, and the peer answers neither pings nor anything else.
        var client = Start(broker.Port, options => options with { KeepAlive = TimeSpan.FromHours(1) });
        client.Events.WaitForSession();
        client.Publish("t", "", MqttQos.AtLeastOnce, token: 1);
        for (var i = 0; i < Numbers - 1; i++)
        {
            while (!client.TryPublish("t", ""))
                client.Events.WaitForRoom();
        }

        while (!client.TryPublish("t", "", MqttQos.AtLeastOnce, token: 2))
            client.Events.WaitForRoom();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref quiet) == Numbers - 1, EventRecorder.Patience), $"{quiet}");
        Assert.Empty(client.Events.Acknowledgements);
        release.Set();

        client.Events.WaitForAcknowledgements(1);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref second) != 0, EventRecorder.Patience));
        Assert.Equal((1, 0), (second, tooEarly));
    }

    [Fact]
    public void The_clock_given_is_the_one_that_times_the_connect_and_the_wait_after_it()
    {
        var time = new ManualTime();
        using var broker = new FakeBroker(connection => connection.ReadToEnd());
        var client = Start(broker.Port, options => options with { ReconnectDelay = TimeSpan.FromMinutes(10), MaximumReconnectDelay = TimeSpan.FromMinutes(10) }, time);
        Assert.True(SpinWait.SpinUntil(() => broker.Connections == 1, EventRecorder.Patience));

        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(client.Events.Disconnections);
        time.Advance(TimeSpan.FromSeconds(1));
        var late = client.Events.WaitForDisconnection(disconnection => disconnection.Reason == MqttReason.ConnectTimedOut);

        Assert.Equal(1, broker.Connections);
        time.Advance(late.RetryAfter!.Value);
        Assert.True(SpinWait.SpinUntil(() => broker.Connections == 2, EventRecorder.Patience));
        time.Advance(TimeSpan.FromMinutes(20));
    }

    [Fact]
    public void A_will_that_cannot_be_made_is_told_and_tried_again()
    {
        using var broker = new MosquittoBroker();
        var attempts = 0;
        var client = Start(broker.Port, options => options with { Will = _ => ++attempts == 1 ? throw new InvalidOperationException("not yet") : null });

        client.Events.WaitForSession();

        Assert.Equal(MqttReason.Misconfigured, client.Events.Disconnections[0].Reason);
        Assert.Contains("not yet", client.Events.Disconnections[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_library_is_named_with_its_package()
    {
        var missing = Assert.Throws<DllNotFoundException>(() => MosquittoLibrary.Find("libmosquitto-that-is-not-there.so.1"));
        Assert.Contains("apt install libmosquitto1", missing.Message, StringComparison.Ordinal);
    }

    private static int Count(List<int> list)
    {
        lock (list)
            return list.Count;
    }

    private TestClient Start(int port, Func<MqttOptions, MqttOptions>? configure = null, TimeProvider? timeProvider = null)
    {
        var options = new MqttOptions { Host = "127.0.0.1", Port = port, ClientId = "client", ReconnectDelay = TimeSpan.FromMilliseconds(50) };
        var client = new TestClient(new MosquittoConnection(configure?.Invoke(options) ?? options, TestLog.Instance, timeProvider));
        _clients.Add(client);
        return client;
    }

    /// <summary>Takes all places of a listener's backlog: further SYNs are dropped.</summary>
    private sealed class Crowd : IDisposable
    {
        private readonly List<Socket> _sockets = [];

        public Crowd(int port)
        {
            // One that still hangs after a while has found no place, and no later one will.
            Task connecting;
            do
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                _sockets.Add(socket);
                connecting = socket.ConnectAsync(IPAddress.Loopback, port);
            }
            while (connecting.Wait(TimeSpan.FromMilliseconds(500)));
        }

        public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
    }
}
