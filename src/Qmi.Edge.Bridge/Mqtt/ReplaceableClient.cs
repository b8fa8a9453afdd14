using System.Runtime.InteropServices;

namespace Qmi.Edge.Bridge;

/// <summary>One client in the life of a <see cref="ReplaceableConnection"/>: passes events on until it is abandoned, and knows what it still owes an answer for.</summary>
/// <param name="connection">The client.</param>
/// <param name="before">How many connections were made before it.</param>
/// <param name="events">Whom to tell.</param>
/// <param name="connected">Called before that when there is a connection, with the number that its owner sees.</param>
/// <param name="disconnected">Called before that when there is none any more.</param>
internal sealed class ReplaceableClient(IMqttConnection connection, long before, IMqttEvents events, Action<MqttSession> connected, Action<ReplaceableClient> disconnected) : IMqttEvents
{
    private const string Hung = "the thread of the client hung and was abandoned";

    private readonly Lock _gate = new();

    // Tokens are the owner's and may repeat.
    private readonly Dictionary<long, int> _tokens = [];
    private readonly List<MqttSubscription> _subscribing = [];
    private readonly List<string> _unsubscribing = [];
    private bool _isConnected;
    private bool _isAbandoned;
    private long? _work;
    private int _looks;

    public IMqttConnection Connection { get; } = connection;

    public void Start() => Connection.Start(this);

    /// <summary>Looks whether the thread is still at the work at which it was seen last. Only for the watchdog.</summary>
    /// <returns>For how many looks it has been.</returns>
    public int CountLooksAtTheSameWork()
    {
        var work = Connection.WorkInProgress;
        _looks = work is not null && work == _work ? _looks + 1 : 0;
        _work = work;
        return _looks;
    }

    public bool TryPublish(in MqttPublication publication)
    {
        if (publication.Token == 0)
            return Connection.TryPublish(publication);
        lock (_gate)
        {
            if (_isAbandoned)
                return false;
            CollectionsMarshal.GetValueRefOrAddDefault(_tokens, publication.Token, out _)++;
        }

        // One that was answered meanwhile, because the client was abandoned, was accepted for its owner.
        return Connection.TryPublish(publication) || !Settle(publication.Token);
    }

    public bool TrySubscribe(MqttSubscription subscription) =>
        Owe(() => _subscribing.Add(subscription)) && (Connection.TrySubscribe(subscription) || !Settle(() => _subscribing.Remove(subscription)));

    public bool TryUnsubscribe(string filter) =>
        Owe(() => _unsubscribing.Add(filter)) && (Connection.TryUnsubscribe(filter) || !Settle(() => _unsubscribing.Remove(filter)));

    public long Renew() => before + Connection.Renew();

    /// <summary>Nothing that this client says counts any more; what it owes is answered here.</summary>
    public void Abandon()
    {
        KeyValuePair<long, int>[] tokens;
        MqttSubscription[] subscribing;
        string[] unsubscribing;
        bool wasConnected;
        lock (_gate)
        {
            _isAbandoned = true;
            (tokens, subscribing, unsubscribing, wasConnected) = ([.. _tokens], [.. _subscribing], [.. _unsubscribing], _isConnected);
            _tokens.Clear();
            _subscribing.Clear();
            _unsubscribing.Clear();
        }

        disconnected(this);
        foreach (var token in tokens.SelectMany(owed => Enumerable.Repeat(owed.Key, owed.Value)))
            events.OnAcknowledged(token, MqttReason.ConnectionLost);
        foreach (var subscription in subscribing)
            events.OnSubscribed(subscription, MqttReason.ConnectionLost);
        foreach (var filter in unsubscribing)
            events.OnUnsubscribed(filter, MqttReason.ConnectionLost);
        events.OnDisconnected(new MqttDisconnection(MqttReason.InternalError, Hung, TimeSpan.Zero, wasConnected));
    }

    public void OnConnected(MqttSession session)
    {
        lock (_gate)
        {
            if (_isAbandoned)
                return;
            _isConnected = true;
        }

        session = session with { Number = before + session.Number };
        connected(session);
        events.OnConnected(session);
    }

    public void OnDisconnected(MqttDisconnection disconnection)
    {
        lock (_gate)
        {
            if (_isAbandoned)
                return;
            _isConnected = false;
        }

        disconnected(this);
        events.OnDisconnected(disconnection);
    }

    public void OnMessage(in MqttMessage message)
    {
        if (!Volatile.Read(ref _isAbandoned))
            events.OnMessage(message);
    }

    public void OnAcknowledged(long token, MqttReason reason)
    {
        if (Settle(token))
            events.OnAcknowledged(token, reason);
    }

    public void OnSubscribed(MqttSubscription subscription, MqttReason reason)
    {
        if (Settle(() => _subscribing.Remove(subscription)))
            events.OnSubscribed(subscription, reason);
    }

    public void OnUnsubscribed(string filter, MqttReason reason)
    {
        if (Settle(() => _unsubscribing.Remove(filter)))
            events.OnUnsubscribed(filter, reason);
    }

    public void OnRoom()
    {
        if (!Volatile.Read(ref _isAbandoned))
            events.OnRoom();
    }

    private bool Owe(Action note)
    {
        lock (_gate)
        {
            if (!_isAbandoned)
                note();
            return !_isAbandoned;
        }
    }

    private bool Settle(long token)
    {
        lock (_gate)
        {
            ref var owed = ref CollectionsMarshal.GetValueRefOrNullRef(_tokens, token);
            if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref owed))
                return false;
            if (--owed == 0)
                _tokens.Remove(token);
            return true;
        }
    }

    private bool Settle(Func<bool> take)
    {
        lock (_gate)
            return take();
    }
}
