namespace Qmi.Edge.Bridge;

/// <summary>Empties an outbox whose connection is over: everybody who asked for an answer gets it.</summary>
internal static unsafe class OutboxRefusal
{
    public static void Answer(Outbox outbox, IMqttEvents events)
    {
        for (var record = outbox.Peek(); record is not null; record = outbox.Peek())
        {
            switch (record->Kind)
            {
                case OutboxKind.Subscribe:
                    events.OnSubscribed(OutboxRecord.GetSubscription(record), MqttReason.ConnectionLost);
                    break;
                case OutboxKind.Unsubscribe:
                    events.OnUnsubscribed(OutboxRecord.GetTopicText(record), MqttReason.ConnectionLost);
                    break;
                default:
                    if (record->Token != 0)
                        events.OnAcknowledged(record->Token, MqttReason.ConnectionLost);
                    break;
            }

            outbox.Remove();
        }
    }
}
