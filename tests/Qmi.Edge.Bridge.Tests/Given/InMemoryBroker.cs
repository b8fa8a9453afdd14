using System.Collections.Concurrent;
using System.Text;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A broker in memory, as far as retained topics go: what it keeps can be looked at at any instant, and the power of a client can be cut at one.</summary>
internal sealed class InMemoryBroker
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _retained = [];

    /// <summary>What is retained now.</summary>
    public IReadOnlyDictionary<string, string> Retained
    {
        get
        {
            lock (_gate)
                return new Dictionary<string, string>(_retained);
        }
    }

    /// <summary>Answers an acknowledgement; null = success.</summary>
    public Func<string, MqttReason>? Judge { get; set; }

    /// <summary>A client of it.</summary>
    /// <param name="isPowered">Whether the process of the client lives; when not, nothing that it does counts.</param>
    public MqttConnect Connect(Func<bool>? isPowered = null) => (customise, _) =>
    {
        var options = customise(new MqttOptions { Host = "memory", ClientId = "box07" });
        return new Connection(this, isPowered ?? (() => true), options);
    };

    public string[] Topics(string prefix) => [.. Retained.Keys.Where(topic => topic.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Comes back as it once was.</summary>
    public void Restore(IReadOnlyDictionary<string, string> retained)
    {
        lock (_gate)
        {
            _retained.Clear();
            foreach (var (topic, payload) in retained)
                _retained[topic] = payload;
        }
    }

    private MqttReason Publish(string topic, string payload, bool retain)
    {
        if (Judge?.Invoke(topic) is { } reason and >= MqttReason.UnspecifiedError)
            return reason;
        lock (_gate)
        {
            if (retain && payload.Length > 0)
                _retained[topic] = payload;
            else if (retain)
                _retained.Remove(topic);
        }

        return MqttReason.Success;
    }

    private sealed class Connection(InMemoryBroker broker, Func<bool> isPowered, MqttOptions options) : IMqttConnection
    {
        private readonly BlockingCollection<Action<IMqttEvents>> _events = [];
        private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private IMqttEvents? _owner;

        public MqttSession? Session { get; private set; }

        public void Start(IMqttEvents events)
        {
            _owner = events;
            Session = new MqttSession { ProtocolVersion = MqttProtocolVersion.V5, SessionPresent = false, Number = 1, KeepAlive = options.KeepAlive, SessionExpiry = options.SessionExpiry };
            _ = options.Will?.Invoke(1);
            _events.Add(owner => owner.OnConnected(Session));
            new Thread(Run) { IsBackground = true, Name = "memory" }.Start();
        }

        public bool TryPublish(in MqttPublication publication)
        {
            if (Session is null || !isPowered())
                return false;
            var reason = broker.Publish(Encoding.UTF8.GetString(publication.Topic), Encoding.UTF8.GetString(publication.Payload), publication.Retain);
            if (publication.Token is not 0 and var token)
                _events.Add(owner => owner.OnAcknowledged(token, reason));
            return true;
        }

        public bool TrySubscribe(MqttSubscription subscription)
        {
            if (Session is null || !isPowered())
                return false;
            if (subscription.RetainHandling == MqttRetainHandling.Send && broker.Retained.TryGetValue(subscription.Filter, out var payload))
                _events.Add(owner => owner.OnMessage(new MqttMessage { Topic = Encoding.UTF8.GetBytes(subscription.Filter), Payload = Encoding.UTF8.GetBytes(payload), Retain = true, Qos = MqttQos.AtLeastOnce }));
            _events.Add(owner => owner.OnSubscribed(subscription, MqttReason.GrantedQos1));
            return true;
        }

        public bool TryUnsubscribe(string filter)
        {
            _events.Add(owner => owner.OnUnsubscribed(filter, MqttReason.NoSubscriptionExisted));
            return true;
        }

        public long Renew() => 1;

        public async ValueTask<bool> StopAsync(MqttStop how, TimeSpan patience)
        {
            if (Session is not null)
            {
                Session = null;
                _events.Add(owner => owner.OnDisconnected(new MqttDisconnection(MqttReason.Stopped, "stopped", null, true)));
                _events.CompleteAdding();
            }

            return await _ended.Task;
        }

        public async ValueTask DisposeAsync() => await StopAsync(MqttStop.Clean, TimeSpan.Zero);

        private void Run()
        {
            foreach (var tell in _events.GetConsumingEnumerable())
            {
                if (isPowered())
                    tell(_owner!);
            }

            _ended.TrySetResult(true);
        }
    }
}
