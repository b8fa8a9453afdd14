using Microsoft.Extensions.Logging.Abstractions;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>The contract with the seam in between through which a client can be exchanged.</summary>
public sealed class ReplaceableConnectionContractTests : Mqtt5ConnectionContract
{
    protected override IMqttConnection Create(MqttOptions options) =>
        new ReplaceableConnection(Mosquitto.Connect(options), configured => configured, TimeProvider.System, TestLog.Instance);
}

public sealed class ReplaceableConnectionTests
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new();
    private readonly List<FakeClient> _clients = [];
    private readonly EventRecorder _events = new();

    [Fact]
    public void A_client_whose_thread_stays_at_the_same_work_is_first_cut_off_and_then_exchanged()
    {
        var connection = Start();
        _clients[0].Connect();
        _clients[0].Work = 7;

        Look(3);
        Assert.Equal((false, 1), (_clients[0].IsSevered, _clients.Count));
        Look(1);
        Assert.Equal((true, 1, 0), (_clients[0].IsSevered, _clients.Count, connection.Replacements));
        Look(1);

        Assert.Equal((2, 1), (_clients.Count, connection.Replacements));
        Assert.Equal(MqttStop.Abrupt, _clients[0].StoppedBy);
        Assert.Null(connection.Session);
        _clients[1].Connect();
        Assert.Equal(2, connection.Session!.Number);
        Assert.Equal([1, 2], _events.Sessions.Select(session => session.Number));
    }

    [Fact]
    public void A_thread_that_comes_back_when_its_connection_is_cut_keeps_its_client()
    {
        var connection = Start();
        _clients[0].Work = 7;
        Look(4);
        Assert.True(_clients[0].IsSevered);
        _clients[0].Work = null;

        Look(10);

        Assert.Equal((1, 0), (_clients.Count, connection.Replacements));
    }

    [Fact]
    public void A_thread_that_waits_or_goes_from_work_to_work_does_not_hang()
    {
        Start();
        for (var look = 0; look < 50; look++)
        {
            _clients[0].Work = look % 7 == 0 ? null : look / 2;
            Look(1);
        }

        Assert.Equal((1, false), (_clients.Count, _clients[0].IsSevered));
    }

    [Fact]
    public void A_process_that_was_stopped_and_goes_on_takes_no_client_for_one_that_hangs()
    {
        Start();
        _clients[0].Work = 7;
        _time.Suspend(TimeSpan.FromHours(1));
        _time.Suspend(TimeSpan.FromHours(1));

        Assert.False(_clients[0].IsSevered);
    }

    [Fact]
    public void Whatever_the_exchanged_client_had_accepted_is_answered_once_and_what_it_says_later_is_not_heard()
    {
        var connection = Start();
        var old = _clients[0];
        old.Connect();
        Assert.True(Publish(connection, 5));
        Assert.True(Publish(connection, 5));
        Assert.True(Publish(connection, 6));
        Assert.True(connection.TrySubscribe(new MqttSubscription("t")));
        Assert.True(connection.TryUnsubscribe("u"));
        old.Events!.OnAcknowledged(6, MqttReason.Success);
        old.Work = 7;
        Look(5);

        old.Events.OnAcknowledged(5, MqttReason.Success);
        old.Events.OnSubscribed(new MqttSubscription("t"), MqttReason.GrantedQos1);
        old.Connect();
        old.Events.OnDisconnected(new MqttDisconnection(MqttReason.ConnectionLost, "late", TimeSpan.Zero, true));

        Assert.Equal([(6, MqttReason.Success), (5, MqttReason.ConnectionLost), (5, MqttReason.ConnectionLost)], _events.Acknowledgements);
        Assert.Equal([MqttReason.ConnectionLost], _events.Subscriptions.Select(answer => answer.Reason));
        Assert.Equal([(MqttReason.InternalError, true)], _events.Disconnections.Select(end => (end.Reason, end.WasConnected)));
        Assert.Single(_events.Sessions);
    }

    [Fact]
    public async Task A_pause_says_goodbye_and_the_next_client_resumes_the_session_and_counts_on()
    {
        var connection = Start();
        Assert.True(_clients[0].Options.CleanStart);
        _clients[0].Connect();

        await connection.PauseAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(MqttStop.Clean, _clients[0].StoppedBy);
        Assert.Null(connection.Session);
        Assert.False(Publish(connection, 1));
        Look(10);
        Assert.Single(_clients);
        connection.Resume();
        connection.Resume();

        Assert.Equal(2, _clients.Count);
        Assert.False(_clients[1].Options.CleanStart);
        _clients[1].Connect();
        Assert.Equal(2, connection.Session!.Number);
        Assert.Equal("will 2", System.Text.Encoding.UTF8.GetString(_clients[1].Options.Will!(1)!.Payload.Span));
    }

    [Fact]
    public async Task After_a_stop_there_is_no_other_client()
    {
        var connection = Start();
        await connection.StopAsync(MqttStop.Clean, TimeSpan.Zero);
        _clients[0].Work = 7;

        Look(20);
        connection.Resume();

        Assert.Single(_clients);
    }

    [Fact]
    [Trait("rule", "MQTT-3.35")]
    public async Task A_handler_that_never_returns_costs_its_client_and_not_the_connection()
    {
        using var broker = new MosquittoBroker();
        using var release = new ManualResetEventSlim();
        var options = new MqttOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "box07", KeepAlive = TimeSpan.FromSeconds(5) };
        var hangs = 1;
        var events = new EventRecorder
        {
            Message = (in MqttMessage _) =>
            {
                if (Interlocked.Exchange(ref hangs, 0) == 1)
                    release.Wait();
            },
        };
        await using var connection = new ReplaceableConnection(Mosquitto.Connect(options), configured => configured, _time, TestLog.Instance);
        connection.Start(events);
        events.WaitForSession();
        connection.TrySubscribe(new MqttSubscription("t"));
        events.WaitForSubscriptions(1);
        Assert.True(Publish(connection, 1));
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref hangs) == 0, EventRecorder.Patience));

        Look(5, TimeSpan.FromSeconds(5));

        Assert.Equal(2, events.WaitForSession(2).Number);
        connection.TrySubscribe(new MqttSubscription("u"));
        events.WaitForSubscriptions(2);
        Assert.Equal(1, connection.Replacements);
        release.Set();
    }

    private ReplaceableConnection Start()
    {
        var connection = new ReplaceableConnection(
            (customise, _) =>
            {
                _clients.Add(new FakeClient(customise(new MqttOptions { Host = "fake", ClientId = "box07", KeepAlive = KeepAlive })));
                return _clients[^1];
            },
            options => options with { Will = number => new MqttWill { Topic = "state", Payload = System.Text.Encoding.UTF8.GetBytes($"will {number}") } },
            _time,
            NullLogger.Instance);
        connection.Start(_events);
        return connection;
    }

    private void Look(int times, TimeSpan? keepAlive = null)
    {
        for (var time = 0; time < times; time++)
            _time.Advance(keepAlive ?? KeepAlive);
    }

    private static bool Publish(IMqttConnection connection, long token) =>
        connection.TryPublish(new MqttPublication { Topic = "t"u8, Payload = "a"u8, Qos = MqttQos.AtLeastOnce, Token = token });

    private sealed class FakeClient(MqttOptions options) : IMqttConnection
    {
        private long _connections;

        public MqttOptions Options { get; } = options;

        public IMqttEvents? Events { get; private set; }

        public long? Work { get; set; }

        public bool IsSevered { get; private set; }

        public MqttStop? StoppedBy { get; private set; }

        public MqttSession? Session { get; private set; }

        public long? WorkInProgress => Work;

        public void Connect()
        {
            Session = new MqttSession { ProtocolVersion = MqttProtocolVersion.V5, SessionPresent = false, Number = ++_connections, KeepAlive = KeepAlive, SessionExpiry = TimeSpan.Zero };
            Events!.OnConnected(Session);
        }

        public void Start(IMqttEvents events) => Events = events;

        public bool TryPublish(in MqttPublication publication) => StoppedBy is null;

        public bool TrySubscribe(MqttSubscription subscription) => StoppedBy is null;

        public bool TryUnsubscribe(string filter) => StoppedBy is null;

        public long Renew() => _connections;

        public void Sever() => IsSevered = true;

        public ValueTask<bool> StopAsync(MqttStop how, TimeSpan patience)
        {
            StoppedBy ??= how;
            if (Session is not null)
                Events!.OnDisconnected(new MqttDisconnection(MqttReason.Stopped, "stopped", null, true));
            Session = null;
            return new(true);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
