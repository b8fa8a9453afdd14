using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// What happens after every connect, before the box may be called online: it is described, pushes are let in, and the broker has answered
/// every subscription. So "online" means: subscribed and described. Lives on the worker's thread.
/// </summary>
internal sealed class Birth(EdgeBox box, Topics topics, BridgeOptions options, BoxConnection connection, SubscriptionDesk subscriptions, BoxPresence presence, DocumentBoard documents, PushReceiver pushes)
{
    private readonly Queue<RetainedDocument> _undescribed = new();
    private readonly Queue<IDocument> _unanswered = new();
    private Step _step;
    private long _due;
    private bool _wasOnline;

    private enum Step
    {
        None,
        Waiting,
        Describing,
        LettingPushesIn,
        AwaitingAnswers,
        Done,
    }

    /// <summary>Whether the box is born in this connection.</summary>
    public bool IsDone => _step == Step.Done;

    /// <summary>Whether everything is described: what refers to it may be sent.</summary>
    public bool IsDescribed => _step > Step.Describing;

    /// <summary>Whether the broker gets the documents only after a while: requests are answered meanwhile.</summary>
    public bool IsWaiting => _step == Step.Waiting;

    /// <summary>Whether it was begun in this connection.</summary>
    public bool IsBegun => _step != Step.None;

    /// <summary>The connection is over.</summary>
    public void Reset() => _step = Step.None;

    /// <summary>The box has its id in a new connection.</summary>
    public void Begin(MqttSession session, long now)
    {
        // Not at the first connect of the process: docs/decisions says why.
        var mustWait = session is { SessionPresent: false, Number: > 1 } && _wasOnline;
        _due = mustWait ? now + MonotonicTime.ToNanoseconds(BirthDelay.Of(box.Name, options.BirthSpread)) : now;
        _step = Step.Waiting;
    }

    /// <summary>Goes on.</summary>
    /// <param name="now">Monotonic nanoseconds.</param>
    /// <param name="next">Lowered to the time at which it must be looked at again.</param>
    /// <returns>False when the connection did not take it: try again later.</returns>
    public bool Work(long now, ref long next)
    {
        if (_step == Step.Waiting)
        {
            if (now < _due)
            {
                next = Math.Min(next, _due);
                return true;
            }

            if (!_wasOnline && !presence.Publish(connection, PresenceState.Starting, null))
                return false;
            BeginDescribing();
        }

        if (_step == Step.Describing)
        {
            if (!Describe(now))
                return false;
            _step = Step.LettingPushesIn;
        }

        if (_step == Step.LettingPushesIn)
        {
            if (!subscriptions.TrySubscribe(SubscriptionDesk.Wish(topics.Pushes)))
                return false;
            _step = Step.AwaitingAnswers;
        }

        if (_step == Step.AwaitingAnswers && subscriptions.AreAnswered)
        {
            _step = Step.Done;
            _wasOnline = true;
        }

        return true;
    }

    private void BeginDescribing()
    {
        _undescribed.Clear();
        foreach (var document in documents.Describe())
            _undescribed.Enqueue(document);
        _unanswered.Clear();
        foreach (var ack in pushes.Documents)
            _unanswered.Enqueue(ack);
        _step = Step.Describing;
    }

    // Where it was interrupted it goes on: a box with many documents fills the outbox more than once.
    private bool Describe(long now)
    {
        while (_undescribed.TryPeek(out var document))
        {
            if (!documents.Publish(document, connection, now))
                return false;
            _undescribed.Dequeue();
        }

        while (_unanswered.TryPeek(out var ack))
        {
            if (!ack.Publish(connection))
                return false;
            _unanswered.Dequeue();
        }

        return true;
    }
}
