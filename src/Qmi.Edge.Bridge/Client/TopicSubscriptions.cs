using System.Text;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Bridge;

/// <summary>What this process has subscribed to, counted, so that it lasts as long as somebody wants it and survives every reconnect.</summary>
internal sealed partial class TopicSubscriptions(ClientInbox inbox, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TopicSubscription> _byFilter = [];
    private TopicSubscription[] _patterns = [];
    private IMqttConnection? _connection;

    /// <summary>Asks for messages until the result is disposed. The broker is asked again even when somebody has asked before: it sends what it has retained once more.</summary>
    /// <param name="filter">The topic filter.</param>
    /// <param name="isStream">Whether the messages are a stream and not documents.</param>
    /// <param name="handler">Gets them, one after the other; also what is retained, perhaps more than once.</param>
    public IDisposable Add(string filter, bool isStream, Action<ClientMessage> handler)
    {
        lock (_gate)
        {
            if (!_byFilter.TryGetValue(filter, out var subscription))
            {
                _byFilter.Add(filter, subscription = new TopicSubscription(filter, isStream));
                if (subscription.IsPattern)
                    _patterns = [.. _patterns, subscription];
            }

            subscription.Add(handler);
            Tell(subscription);
            return new Ending(this, subscription, handler);
        }
    }

    /// <summary>A connection was made: everything is subscribed again.</summary>
    public void OnConnected(IMqttConnection connection)
    {
        lock (_gate)
        {
            _connection = connection;
            foreach (var subscription in _byFilter.Values)
                Tell(subscription);
        }
    }

    /// <summary>The connection has room again.</summary>
    public void OnRoom()
    {
        lock (_gate)
        {
            foreach (var subscription in _byFilter.Values.Where(subscription => subscription.MustTell))
                Tell(subscription);
        }
    }

    /// <summary>What the broker said to a subscription.</summary>
    public void OnSubscribed(MqttSubscription subscription, MqttReason reason)
    {
        if (reason >= MqttReason.UnspecifiedError && reason != MqttReason.ConnectionLost)
            LogRefused(logger, subscription.Filter, reason.GetText());
    }

    /// <summary>Hands a message to whoever wants it. On the connection's thread.</summary>
    public void Receive(in MqttMessage message)
    {
        var topic = Encoding.UTF8.GetString(message.Topic);
        ClientMessage? copy = null;
        TopicSubscription? exact;
        TopicSubscription[] patterns;
        lock (_gate)
            (exact, patterns) = (_byFilter.GetValueOrDefault(topic), _patterns);

        if (exact is not null)
            inbox.Add(exact, copy = Copy(topic, message));
        foreach (var pattern in patterns)
        {
            if (pattern.Matches(topic))
                inbox.Add(pattern, copy ??= Copy(topic, message));
        }
    }

    private static ClientMessage Copy(string topic, in MqttMessage message) => new(topic, message.Payload.ToArray(), message.Retain);

    private void Remove(TopicSubscription subscription, Action<ClientMessage> handler)
    {
        lock (_gate)
        {
            subscription.Remove(handler);
            if (subscription.IsWanted || !_byFilter.Remove(subscription.Filter))
                return;
            _patterns = [.. _patterns.Where(other => other != subscription)];
            // If the connection does not take it, messages come on for a while and are ignored.
            _connection?.TryUnsubscribe(subscription.Filter);
        }
    }

    // Under the gate.
    private void Tell(TopicSubscription subscription) =>
        subscription.MustTell = _connection is not { } connection || !connection.TrySubscribe(new MqttSubscription(subscription.Filter, subscription.IsPattern ? MqttQos.AtMostOnce : MqttQos.AtLeastOnce));

    [LoggerMessage(2603, LogLevel.Error, "The broker refused the subscription {Filter}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string filter, string reason);

    private sealed class Ending(TopicSubscriptions subscriptions, TopicSubscription subscription, Action<ClientMessage> handler) : IDisposable
    {
        private int _isDisposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                subscriptions.Remove(subscription, handler);
        }
    }
}
