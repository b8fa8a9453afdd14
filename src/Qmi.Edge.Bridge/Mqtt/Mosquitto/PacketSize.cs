namespace Qmi.Edge.Bridge;

/// <summary>The size of a packet on the wire. libmosquitto checks it twice, differently, and a publication between the two stays in its queue without being sent.</summary>
internal static unsafe class PacketSize
{
    public static long OfPublish(OutboxRecord* record, MqttQos qos, MqttProtocolVersion version)
    {
        long remaining = 2 + record->TopicLength + (qos > MqttQos.AtMostOnce ? 2 : 0) + (long)record->PayloadLength;
        if (version == MqttProtocolVersion.V5)
        {
            var properties = OfProperties(record);
            remaining += OfVariableInteger(properties) + properties;
        }

        return 1 + OfVariableInteger(remaining) + remaining;
    }

    private static long OfProperties(OutboxRecord* record)
    {
        long size = (record->PayloadIsUtf8 ? 2 : 0) + (record->HasExpiry ? 5 : 0);
        size += OfText(record->ContentTypeLength) + OfText(record->ResponseTopicLength) + OfText(record->CorrelationLength);

        // On the wire a pair has its identifier and two lengths, in the record it has two NULs.
        return size + record->UserPropertyBytes + (3L * record->UserPropertyCount);
    }

    private static int OfText(int length) => length == 0 ? 0 : 3 + length;

    private static int OfVariableInteger(long value) => value switch
    {
        < 1 << 7 => 1,
        < 1 << 14 => 2,
        < 1 << 21 => 3,
        _ => 4,
    };
}
