namespace Qmi.Edge.Bridge;

/// <summary>One topic filter that somebody in this process wants, and who gets its messages. It is subscribed anew at every connection.</summary>
internal sealed class TopicSubscription(string filter, bool isStream)
{
    private volatile Action<ClientMessage>[] _handlers = [];

    public string Filter { get; } = filter;

    /// <summary>Whether its messages are a stream, of which the next one shows what was missed, and not documents.</summary>
    public bool IsStream { get; } = isStream;

    /// <summary>Whether the filter has wildcards.</summary>
    public bool IsPattern { get; } = filter.AsSpan().ContainsAny('+', '#');

    public bool IsWanted => _handlers.Length > 0;

    /// <summary>Whether the connection did not take what should be told to the broker. Under the gate of all subscriptions.</summary>
    public bool MustTell { get; set; }

    /// <summary>Under the gate of all subscriptions.</summary>
    public void Add(Action<ClientMessage> handler) => _handlers = [.. _handlers, handler];

    /// <summary>Under the gate of all subscriptions.</summary>
    public void Remove(Action<ClientMessage> handler) => _handlers = [.. _handlers.Where(other => other != handler)];

    public bool Matches(ReadOnlySpan<char> topic) => TopicMatch.Matches(Filter, topic);

    public void Handle(ClientMessage message)
    {
        foreach (var handler in _handlers)
            handler(message);
    }
}
