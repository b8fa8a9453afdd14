using System.Diagnostics;
using System.Text;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Writes down every event, lets the test wait for one, and calls what the test hooks in.</summary>
internal sealed class EventRecorder : IMqttEvents
{
    // Generous: a machine under load is no failure.
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly object _gate = new();
    private readonly List<MqttSession> _sessions = [];
    private readonly List<MqttDisconnection> _disconnections = [];
    private readonly List<ReceivedMessage> _messages = [];
    private readonly List<(long Token, MqttReason Reason)> _acknowledgements = [];
    private readonly List<(MqttSubscription Subscription, MqttReason Reason)> _subscriptions = [];
    private readonly List<(string Filter, MqttReason Reason)> _unsubscriptions = [];
    private readonly List<string> _order = [];
    private int _rooms;

    public delegate void MessageHook(in MqttMessage message);

    public Action<MqttSession>? Connected { get; set; }

    public Action<MqttDisconnection>? Disconnected { get; set; }

    public MessageHook? Message { get; set; }

    public Action<long, MqttReason>? Acknowledged { get; set; }

    public Action? Room { get; set; }

    public MqttSession[] Sessions => Copy(_sessions);

    public MqttDisconnection[] Disconnections => Copy(_disconnections);

    public ReceivedMessage[] Messages => Copy(_messages);

    public (long Token, MqttReason Reason)[] Acknowledgements => Copy(_acknowledgements);

    public (MqttSubscription Subscription, MqttReason Reason)[] Subscriptions => Copy(_subscriptions);

    public (string Filter, MqttReason Reason)[] Unsubscriptions => Copy(_unsubscriptions);

    /// <summary>The names of the events in their order.</summary>
    public string[] Order => Copy(_order);

    public MqttSession WaitForSession(int count = 1) => WaitFor(_sessions, count, "connection")[count - 1];

    public MqttDisconnection WaitForDisconnection(Predicate<MqttDisconnection> predicate) => WaitFor(() => _disconnections.Find(predicate), "disconnection");

    public ReceivedMessage[] WaitForMessages(int count) => WaitFor(_messages, count, "message");

    public ReceivedMessage WaitForMessage(Predicate<ReceivedMessage> predicate) => WaitFor(() => _messages.Find(predicate), "message");

    public (long Token, MqttReason Reason)[] WaitForAcknowledgements(int count) => WaitFor(_acknowledgements, count, "acknowledgement");

    public (MqttSubscription Subscription, MqttReason Reason)[] WaitForSubscriptions(int count = 1) => WaitFor(_subscriptions, count, "SUBACK");

    public void WaitForUnsubscriptions(int count = 1) => WaitFor(_unsubscriptions, count, "UNSUBACK");

    public void WaitForRoom(int count = 1) => WaitFor(() => _rooms >= count ? this : null, "room");

    void IMqttEvents.OnConnected(MqttSession session)
    {
        Add(_sessions, session, "connected");
        Connected?.Invoke(session);
    }

    void IMqttEvents.OnDisconnected(MqttDisconnection disconnection)
    {
        Add(_disconnections, disconnection, "disconnected");
        Disconnected?.Invoke(disconnection);
    }

    void IMqttEvents.OnMessage(in MqttMessage message)
    {
        Add(_messages, new ReceivedMessage(message), "message");
        Message?.Invoke(message);
    }

    void IMqttEvents.OnAcknowledged(long token, MqttReason reason)
    {
        Add(_acknowledgements, (token, reason), "acknowledged");
        Acknowledged?.Invoke(token, reason);
    }

    void IMqttEvents.OnSubscribed(MqttSubscription subscription, MqttReason reason) => Add(_subscriptions, (subscription, reason), "subscribed");

    void IMqttEvents.OnUnsubscribed(string filter, MqttReason reason) => Add(_unsubscriptions, (filter, reason), "unsubscribed");

    void IMqttEvents.OnRoom()
    {
        lock (_gate)
        {
            _rooms++;
            Monitor.PulseAll(_gate);
        }

        Room?.Invoke();
    }

    private void Add<T>(List<T> list, T item, string name)
    {
        lock (_gate)
        {
            list.Add(item);
            _order.Add(name);
            Monitor.PulseAll(_gate);
        }
    }

    private T[] Copy<T>(List<T> list)
    {
        lock (_gate)
            return [.. list];
    }

    private T[] WaitFor<T>(List<T> list, int count, string what) => WaitFor(() => list.Count >= count ? list.ToArray() : null, $"{what} number {count}");

    private T WaitFor<T>(Func<T?> probe, string what)
        where T : class
    {
        var clock = Stopwatch.StartNew();
        lock (_gate)
        {
            while (true)
            {
                if (probe() is { } found)
                    return found;
                var left = Patience - clock.Elapsed;
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                    throw new TimeoutException($"No {what}. Events so far: {Describe()}");
            }
        }
    }

    private string Describe()
    {
        var text = new StringBuilder();
        text.AppendJoin(", ", _order.TakeLast(20));
        foreach (var disconnection in _disconnections.TakeLast(5))
            text.AppendLine().Append(disconnection);
        return text.ToString();
    }
}
