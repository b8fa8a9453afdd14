using System.Diagnostics;
using System.Text;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>What the bridge itself takes of a round trip over MQTT, in time and in garbage: from the message to the reply, without a broker.</summary>
internal static class BridgePath
{
    private const int Requests = 20_000;

    public static async Task<int> RunAsync()
    {
        await using var box = new EdgeBox("bench", new EdgeBoxOptions { Requests = new RequestOptions { RequestsPerSecond = 0 } });
        box.MakeInstrument<EmptyInstrument>("device").Open();
        var task = box.MakeTask<BusyLoop>("loop");
        task.Start();
        var connection = new NoConnection();
        await using var bridge = new MqttBridge(box, (customise, _) => customise(new MqttOptions { Host = "nowhere", ClientId = "bench" }).ClientId == "bench" ? connection : new NoConnection(), new BridgeOptions());
        bridge.Start();
        Measure(connection, "snapshot", "get/bench/loop/get_status", "");
        Measure(connection, "read", "get/bench/device/get_value", "");
        Measure(connection, "control", "call/bench/device/set_value", """{"args":{"value":1.5}}""");
        task.Stop();
        return 0;
    }

    private static void Measure(NoConnection connection, string name, string path, string payload)
    {
        var (topic, body) = (Encoding.UTF8.GetBytes("qmi/v1/box/bench/" + path), Encoding.UTF8.GetBytes(payload));
        var samples = new Samples(Requests);
        for (var request = 0; request < Requests / 10; request++)
            connection.Ask(topic, body);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var request = 0; request < Requests; request++)
        {
            var start = Stopwatch.GetTimestamp();
            connection.Ask(topic, body);
            samples.Add(Stopwatch.GetTimestamp() - start);
        }

        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        samples.Print($"bridge_{name}");
        Samples.Print($"bridge_{name}_bytes", (double)allocated / Requests);
    }

    /// <summary>A connection that nothing is behind: requests come from the caller, replies end here.</summary>
    private sealed class NoConnection : IMqttConnection
    {
        private static readonly MqttSession Connected = new()
        {
            ProtocolVersion = MqttProtocolVersion.V5,
            SessionPresent = false,
            Number = 1,
            KeepAlive = TimeSpan.FromSeconds(10),
            SessionExpiry = TimeSpan.Zero,
        };

        private IMqttEvents? _events;
        private int _replies;

        public MqttSession? Session => Connected;

        public void Start(IMqttEvents events)
        {
            _events = events;
            events.OnConnected(Connected);
        }

        /// <summary>A request; returns when it was answered.</summary>
        public void Ask(byte[] topic, byte[] payload)
        {
            var replies = Volatile.Read(ref _replies);
            _events!.OnMessage(new MqttMessage
            {
                Topic = topic,
                Payload = payload,
                ResponseTopic = "qmi/v1/client/bench/reply"u8,
                CorrelationData = "12345678"u8,
            });
            var spinner = new SpinWait();
            while (Volatile.Read(ref _replies) == replies)
                spinner.SpinOnce(sleep1Threshold: -1);
        }

        public bool TryPublish(in MqttPublication publication)
        {
            if (!publication.CorrelationData.IsEmpty)
                Interlocked.Increment(ref _replies);
            if (publication.Token != 0)
                _events!.OnAcknowledged(publication.Token, MqttReason.Success);
            return true;
        }

        public bool TrySubscribe(MqttSubscription subscription)
        {
            _events!.OnSubscribed(subscription, MqttReason.GrantedQos1);
            return true;
        }

        public bool TryUnsubscribe(string filter) => true;

        public long Renew() => Connected.Number;

        public ValueTask<bool> StopAsync(MqttStop how, TimeSpan patience) => new(true);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
