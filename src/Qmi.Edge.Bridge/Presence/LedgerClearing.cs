using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// After the birth of the box: clears what earlier runs left at the broker and nobody looks after any more, and says at the state of an old
/// id where the box has gone. Lives on the worker's thread.
/// </summary>
internal sealed class LedgerClearing(EdgeBox box, Topics topics, ReplaceableConnection connection, TopicLedger ledger)
{
    private Queue<LedgerRemainder>? _remainders;

    /// <summary>Whether nothing is left. From any thread.</summary>
    public bool IsDone => ledger.FindRemainders(null, IsKept).Count == 0;

    /// <summary>The box was born in a new connection.</summary>
    public void Begin(MqttSession session) =>
        _remainders = session.RetainAvailable ? new(ledger.FindRemainders(session.Number, IsKept)) : null;

    /// <summary>Goes on.</summary>
    /// <returns>False when the connection did not take it: try again later.</returns>
    public bool Flush()
    {
        while (_remainders is not null && _remainders.TryPeek(out var remainder))
        {
            if (connection.Session is not { } session)
                return true;
            if (!TryPublish(remainder, session))
                return false;
            remainder.Entry.ClearedIn = session.Number;
            _remainders.Dequeue();
        }

        return true;
    }

    // The answer to a push stays until the next one: its caller may come back for it after a restart of the box. It goes with its task.
    private bool IsKept(string topic) =>
        topic.StartsWith(topics.Box + "/task/", StringComparison.Ordinal)
        && topic[(topics.Box.Length + 1)..].Split('/') is ["task", var task, "ack", _]
        && box.FindObject(task) is QmiTaskRunner;

    private bool TryPublish(LedgerRemainder remainder, MqttSession session)
    {
        // Taken over in the meantime, by an object that was added since.
        if (remainder.Entry is { IsOurs: true, IsEmpty: false })
            return true;
        return connection.TryPublish(new MqttPublication
        {
            Topic = remainder.Entry.Topic,
            Payload = remainder.IsOldState ? Moved(session).ToBytes() : [],
            Qos = MqttQos.AtLeastOnce,
            Retain = true,
            Token = remainder.Token,
            PayloadIsUtf8 = remainder.IsOldState,
            ContentType = remainder.IsOldState ? ContentTypes.Json : default,
        });
    }

    private PresenceDocument Moved(MqttSession session) => new(PresenceState.Moved, box.Boot, session.Number)
    {
        Since = box.TimeProvider.GetUtcNow(),
        MovedTo = topics.Box,
        Reason = "the box has another id or prefix now",
    };
}
