using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>A signal of an object in a box: subscribed at the broker as long as somebody here receives.</summary>
internal sealed class RemoteSignal
{
    private readonly Lock _gate = new();
    private readonly TopicSubscriptions _subscriptions;
    private readonly string _topic;
    private readonly IRemoteFeed _feed;
    private IDisposable? _subscription;

    public RemoteSignal(ClientLink link, string topic, SignalDescription description, Func<SignalInlet, IRemoteFeed> createFeed)
    {
        (_subscriptions, _topic) = (link.Subscriptions, topic);
        Inlet = description.CreateInlet(link.TimeProvider, OnWanted);
        _feed = createFeed(Inlet);
    }

    public SignalInlet Inlet { get; }

    private void OnWanted()
    {
        lock (_gate)
        {
            if (Inlet.HasReceivers == _subscription is not null)
                return;
            if (_subscription is null)
                _subscription = Begin();
            else
                _subscription = End(_subscription);
        }
    }

    private IDisposable Begin()
    {
        var isFirst = true;
        return _subscriptions.Add(_topic, _feed.IsStream, message =>
        {
            // Here, where messages are read: one of an earlier subscription may still be on its way there.
            if (isFirst)
                _feed.Begin();
            isFirst = false;
            _feed.Take(message);
        });
    }

    private static IDisposable? End(IDisposable subscription)
    {
        subscription.Dispose();
        return null;
    }
}
