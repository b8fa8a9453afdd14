using System.Diagnostics;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>What it costs. These run alone, since they measure; times are compared with others of the same run.</summary>
[Collection(nameof(Alone))]
public sealed class MosquittoSpeedTests
{
    private const string WithNoDelay = """
        allow_anonymous true
        set_tcp_nodelay true
        """;

    private const string AsDebianShipsIt = "allow_anonymous true";

    [Fact]
    public async Task A_round_trip_at_qos_1_is_not_held_up_by_a_broker_without_tcp_nodelay()
    {
        var reference = await MeasureRoundTrip(WithNoDelay);
        var subject = await MeasureRoundTrip(AsDebianShipsIt);

        // Delayed acknowledgement and Nagle's rule together make it 40 ms, more than a hundredfold.
        TestContext.Current.TestOutputHelper?.WriteLine($"median with set_tcp_nodelay {reference.TotalMicroseconds:F0} us, without {subject.TotalMicroseconds:F0} us");
        Assert.True(subject < 10 * reference, $"{subject} against {reference}");
    }

    [Fact]
    public async Task In_steady_state_publishing_and_receiving_allocate_nothing()
    {
        using var broker = new MosquittoBroker(WithNoDelay);
        const int Warm = 2000;
        const int Count = 4000;
        var events = new AllocationMeter(Warm, Warm + Count);
        await using var connection = new MosquittoConnection(new MqttOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "client" });
        connection.Start(events);
        Assert.True(events.Connected.Wait(EventRecorder.Patience, TestContext.Current.CancellationToken));
        Assert.True(connection.TrySubscribe(new MqttSubscription("t")));
        var properties = MqttUserProperties.Encode(("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        var payload = new byte[100];

        long published = 0;
        for (var i = 0; i < Warm + Count;)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var accepted = connection.TryPublish(new MqttPublication
            {
                Topic = "t"u8,
                Payload = payload,
                Qos = (MqttQos)(i % 2),
                Token = i + 1,
                ContentType = "application/json"u8,
                ResponseTopic = "answers/here"u8,
                CorrelationData = "12345678"u8,
                MessageExpiry = 60,
                UserProperties = new MqttUserProperties(properties),
            });
            if (i >= Warm)
                published += GC.GetAllocatedBytesForCurrentThread() - before;
            if (accepted)
                i++;
            else
                Assert.True(events.Room.Wait(EventRecorder.Patience, CancellationToken.None));
        }

        Assert.True(events.Done.Wait(EventRecorder.Patience, TestContext.Current.CancellationToken), $"{events.Received} of {Warm + Count} arrived");

        // A lock makes its wait handle when it is first contended for; one object per message would be a hundred times as much.
        Assert.InRange(published, 0, Count / 10);
        Assert.InRange(events.AllocatedOnItsThread, 0, Count / 10);
    }

    [Fact]
    public async Task Connecting_and_disposing_leaves_no_descriptor_behind()
    {
        using var broker = new MosquittoBroker(WithNoDelay);
        using var silent = new FakeBroker(connection => connection.ReadToEnd());
        await ConnectAndDispose(broker.Port, silent.Port);
        var before = CountDescriptors();

        for (var round = 0; round < 20; round++)
            await ConnectAndDispose(broker.Port, silent.Port);

        // The peers of the silent broker close theirs a moment later.
        Assert.True(SpinWait.SpinUntil(() => CountDescriptors() <= before + 5, EventRecorder.Patience), $"{before} before, {CountDescriptors()} after");
    }

    private static int CountDescriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    private static async Task ConnectAndDispose(int port, int silentPort)
    {
        var options = new MqttOptions { Host = "127.0.0.1", Port = port, ClientId = "client" };
        await using (var client = new TestClient(new MosquittoConnection(options)))
            client.Events.WaitForSession();
        await using (var nobody = new TestClient(new MosquittoConnection(options with { Port = silentPort, ConnectTimeout = TimeSpan.FromMilliseconds(20) })))
            nobody.Events.WaitForDisconnection(disconnection => disconnection.Reason == MqttReason.ConnectTimedOut);
        await using (new TestClient(new MosquittoConnection(options with { Port = silentPort })))
        {
        }
    }

    private static async Task<TimeSpan> MeasureRoundTrip(string configuration)
    {
        const int Warm = 50;
        const int Count = 200;
        using var broker = new MosquittoBroker(configuration);
        var options = new MqttOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "responder" };
        await using var responder = new TestClient(new MosquittoConnection(options));
        responder.Subscribe("ask");
        responder.Events.Message = (in MqttMessage message) => responder.Connection.TryPublish(new MqttPublication { Topic = "answer"u8, Payload = message.Payload, Qos = MqttQos.AtLeastOnce });
        await using var asker = new TestClient(new MosquittoConnection(options with { ClientId = "asker" }));
        using var answered = new SemaphoreSlim(0);
        asker.Subscribe("answer");
        asker.Events.Message = (in MqttMessage _) => answered.Release();

        var times = new List<TimeSpan>();
        for (var i = 0; i < Warm + Count; i++)
        {
            var clock = Stopwatch.StartNew();
            asker.Publish("ask", "?", MqttQos.AtLeastOnce);
            Assert.True(await answered.WaitAsync(EventRecorder.Patience, TestContext.Current.CancellationToken));
            if (i >= Warm)
                times.Add(clock.Elapsed);
        }

        return times.Order().ElementAt(Count / 2);
    }

    /// <summary>Measures what its thread allocates between two messages, and allocates nothing itself.</summary>
    private sealed class AllocationMeter(int from, int to) : IMqttEvents
    {
        private long _before;
        private long _sum;

        public ManualResetEventSlim Connected { get; } = new();

        public ManualResetEventSlim Done { get; } = new();

        public SemaphoreSlim Room { get; } = new(0);

        public long AllocatedOnItsThread { get; private set; }

        public int Received { get; private set; }

        public void OnConnected(MqttSession session) => Connected.Set();

        public void OnMessage(in MqttMessage message)
        {
            Received++;
            _sum += message.Payload.Length + message.ResponseTopic.Length + message.CorrelationData.Length;
            foreach (var property in message.UserProperties)
                _sum += property.Value.Length;
            if (Received == from)
                _before = GC.GetAllocatedBytesForCurrentThread();
            if (Received != to)
                return;
            AllocatedOnItsThread = GC.GetAllocatedBytesForCurrentThread() - _before;
            Done.Set();
        }

        public void OnAcknowledged(long token, MqttReason reason) => _sum += token;

        public void OnRoom() => Room.Release();

        public void OnDisconnected(MqttDisconnection disconnection)
        {
        }

        public void OnSubscribed(MqttSubscription subscription, MqttReason reason)
        {
        }

        public void OnUnsubscribed(string filter, MqttReason reason)
        {
        }
    }
}

/// <summary>Tests that need the machine for themselves.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
