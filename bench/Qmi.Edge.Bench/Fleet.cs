using System.Diagnostics;
using Qmi.Edge.Bridge;

namespace Qmi.Edge.Bench;

/// <summary>A fleet of boxes that are nothing but their retained documents, and how long a snapshot of it takes.</summary>
internal static class Fleet
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    /// <summary>Puts the fleet on a broker.</summary>
    /// <param name="port">Of the broker, on 127.0.0.1.</param>
    /// <param name="boxes">How many, up to 10 000: fleet0000 and so on.</param>
    /// <param name="user">User name at the broker, and password; null = none.</param>
    public static async Task<int> PublishAsync(int port, int boxes, string? user)
    {
        var template = await FleetTemplate.MakeAsync();
        var clock = Stopwatch.StartNew();
        var events = new Waiter();
        await using var connection = Connect(port, "bench-fleet", user, events);
        await events.Connected.Task.WaitAsync(Patience);
        for (var box = 0; box < boxes; box++)
        {
            // TCP loses nothing; the acknowledgement of the very last one stands for all, since a broker takes them in order.
            var token = 0;
            foreach (var (topic, payload) in template.Of(box))
            {
                token++;
                while (!connection.TryPublish(Document(topic, payload, box == boxes - 1 && token == template.Count)))
                    events.Room.WaitOne(Patience);
            }
        }

        await events.Acknowledged.Task.WaitAsync(Patience);
        Samples.Print("fleet_boxes", boxes);
        Samples.Print("fleet_documents", boxes * template.Count);
        Samples.Print("fleet_megabytes", boxes * (double)template.Bytes / 1e6);
        Samples.Print("fleet_publish_s", clock.Elapsed.TotalSeconds);
        return 0;
    }

    /// <summary>The same, and the snapshots that a supervisor takes of it, at QoS 0.</summary>
    public static async Task<int> MeasureAsync(int port, int boxes)
    {
        await PublishAsync(port, boxes, null);
        var documents = boxes * (await FleetTemplate.MakeAsync()).Count;
        await SnapshotAsync(port, "fleet_states", "qmi/v1/box/+/state", boxes);
        await SnapshotAsync(port, "fleet_snapshot", "qmi/v1/box/#", documents);
        return 0;
    }

    private static async Task SnapshotAsync(int port, string name, string filter, int count)
    {
        var events = new Waiter();
        await using var connection = Connect(port, "bench-snapshot", null, events);
        await events.Connected.Task.WaitAsync(Patience);
        var begun = Stopwatch.GetTimestamp();
        connection.TrySubscribe(new MqttSubscription(filter, MqttQos.AtMostOnce));
        // A broker drops what its limits do not let it send, and tells nobody: then the rest is waited for in vain.
        while (events.Seen < count && Stopwatch.GetElapsedTime(Math.Max(begun, events.SeenAt)) < Silence)
            await Task.Delay(5);
        Samples.Print($"{name}_s", Stopwatch.GetElapsedTime(begun, Math.Max(begun, events.SeenAt)).TotalSeconds);
        Samples.Print($"{name}_missing", count - events.Seen);
    }

    private static MqttPublication Document(byte[] topic, byte[] payload, bool isLast) => new()
    {
        Topic = topic,
        Payload = payload,
        Retain = true,
        Qos = isLast ? MqttQos.AtLeastOnce : MqttQos.AtMostOnce,
        Token = isLast ? 1 : 0,
        PayloadIsUtf8 = true,
        ContentType = "application/json"u8,
    };

    private static MosquittoConnection Connect(int port, string client, string? user, IMqttEvents events)
    {
        var connection = new MosquittoConnection(new MqttOptions { Host = "127.0.0.1", Port = port, ClientId = client, UserName = user, Password = user, OutboxBytes = 8 << 20 });
        connection.Start(events);
        return connection;
    }

    private sealed class Waiter : IMqttEvents
    {
        private int _seen;
        private long _seenAt;

        public int Seen => Volatile.Read(ref _seen);

        public long SeenAt => Volatile.Read(ref _seenAt);

        public TaskCompletionSource Connected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Acknowledged { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public AutoResetEvent Room { get; } = new(false);

        public void OnConnected(MqttSession session) => Connected.TrySetResult();

        public void OnMessage(in MqttMessage message)
        {
            Volatile.Write(ref _seenAt, Stopwatch.GetTimestamp());
            Volatile.Write(ref _seen, _seen + 1);
        }

        public void OnAcknowledged(long token, MqttReason reason) => Acknowledged.TrySetResult();

        public void OnRoom() => Room.Set();

        // A document that is lost with the connection would be missing from what is counted.
        public void OnDisconnected(MqttDisconnection disconnection)
        {
            if (disconnection.Reason != MqttReason.Stopped)
                Acknowledged.TrySetException(new IOException($"The connection to the broker ended: {disconnection.Text}"));
        }

        public void OnSubscribed(MqttSubscription subscription, MqttReason reason)
        {
        }

        public void OnUnsubscribed(string filter, MqttReason reason)
        {
        }
    }
}
