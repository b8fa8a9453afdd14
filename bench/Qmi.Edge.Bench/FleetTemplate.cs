using System.Collections.Concurrent;
using System.Text;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>The retained documents of one box with six tasks, each of which was pushed to once: as the bridge writes them. Those of others differ in the name.</summary>
internal sealed class FleetTemplate
{
    private const int Tasks = 6;
    private const string Name = "fleet0000";

    private readonly (byte[] Topic, byte[] Payload)[] _documents;

    private FleetTemplate((byte[], byte[])[] documents) => _documents = documents;

    /// <summary>How many documents a box has.</summary>
    public int Count => _documents.Length;

    /// <summary>How long their payloads are together.</summary>
    public int Bytes => _documents.Sum(document => document.Payload.Length);

    /// <summary>Lets a box describe itself to nobody.</summary>
    public static async Task<FleetTemplate> MakeAsync()
    {
        await using var box = new EdgeBox(Name);
        for (var task = 0; task < Tasks; task++)
            box.MakeTask<BusyLoop>($"task{task}").Start();
        var recorder = new Recorder();
        await using var bridge = new MqttBridge(box, (customise, _) => customise(new MqttOptions { Host = "nowhere", ClientId = Name }).ClientId == Name ? recorder : new Recorder(), new BridgeOptions());
        bridge.Start();
        // Three of the box, five of each task and the answer to a push of each.
        await recorder.WaitAsync(3 + (5 * Tasks));
        for (var task = 0; task < Tasks; task++)
            recorder.Deliver($"qmi/v1/box/{Name}/task/task{task}/push/alice", """{"id":"p-1","values":{}}""");
        await recorder.WaitAsync(3 + (6 * Tasks));
        return new FleetTemplate([.. recorder.Retained.OrderBy(document => document.Key, StringComparer.Ordinal).Select(document => (Encoding.UTF8.GetBytes(document.Key), document.Value))]);
    }

    /// <summary>The documents of the box with that number, 0 to 9999. What was yielded is written over by the next one.</summary>
    public IEnumerable<(byte[] Topic, byte[] Payload)> Of(int number)
    {
        var name = Encoding.ASCII.GetBytes($"fleet{number:D4}");
        foreach (var (topic, payload) in _documents)
        {
            Rename(topic, name);
            Rename(payload, name);
            yield return (topic, payload);
        }
    }

    // All names are of the same length: nothing moves.
    private static void Rename(Span<byte> text, ReadOnlySpan<byte> name)
    {
        for (var at = 0; text[at..].IndexOf("fleet"u8) is >= 0 and var found; at += found + name.Length)
            name.CopyTo(text[(at + found)..]);
    }

    /// <summary>A connection to nothing, which keeps what is retained and acknowledges everything, on a thread of its own as a real one does.</summary>
    private sealed class Recorder : IMqttConnection
    {
        private readonly BlockingCollection<Action<IMqttEvents>> _events = [];

        public ConcurrentDictionary<string, byte[]> Retained { get; } = new();

        public MqttSession? Session { get; private set; }

        public void Start(IMqttEvents events)
        {
            Session = new MqttSession { ProtocolVersion = MqttProtocolVersion.V5, SessionPresent = false, Number = 1, KeepAlive = TimeSpan.FromSeconds(10), SessionExpiry = TimeSpan.Zero };
            _events.Add(owner => owner.OnConnected(Session));
            new Thread(() =>
            {
                foreach (var tell in _events.GetConsumingEnumerable())
                    tell(events);
            })
            { IsBackground = true }.Start();
        }

        public void Deliver(string topic, string payload) =>
            _events.Add(owner => owner.OnMessage(new MqttMessage { Topic = Encoding.UTF8.GetBytes(topic), Payload = Encoding.UTF8.GetBytes(payload), Qos = MqttQos.AtLeastOnce }));

        public async Task WaitAsync(int count)
        {
            for (var wait = 0; Retained.Count < count || !IsOnline(); wait++)
            {
                if (wait > 1000)
                    throw new TimeoutException($"The box retained only {string.Join(", ", Retained.Keys)}.");
                await Task.Delay(20);
            }
        }

        public bool TryPublish(in MqttPublication publication)
        {
            var topic = Encoding.UTF8.GetString(publication.Topic);
            if (publication.Retain && publication.Payload.IsEmpty)
                Retained.TryRemove(topic, out _);
            else if (publication.Retain)
                Retained[topic] = publication.Payload.ToArray();
            if (publication.Token is not 0 and var token)
                TryTell(owner => owner.OnAcknowledged(token, MqttReason.Success));
            return true;
        }

        public bool TrySubscribe(MqttSubscription subscription) => TryTell(owner => owner.OnSubscribed(subscription, MqttReason.GrantedQos1));

        public bool TryUnsubscribe(string filter) => TryTell(owner => owner.OnUnsubscribed(filter, MqttReason.Success));

        public long Renew() => 1;

        public ValueTask<bool> StopAsync(MqttStop how, TimeSpan patience)
        {
            _events.CompleteAdding();
            return new(true);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private bool IsOnline() => Retained.TryGetValue($"qmi/v1/box/{Name}/state", out var state) && state.AsSpan().IndexOf("online"u8) >= 0;

        private bool TryTell(Action<IMqttEvents> tell)
        {
            try
            {
                _events.Add(tell);
                return true;
            }
            catch (InvalidOperationException)
            {
                // It is being stopped: nobody listens any more.
                return false;
            }
        }
    }
}
