using System.Text;

namespace Qmi.Edge.Bridge;

/// <summary>What a record asks for.</summary>
internal enum OutboxKind : byte
{
    Publish,
    Subscribe,
    Unsubscribe,
}

/// <summary>
/// One thing to send, as libmosquitto reads it: this header, then topic, response topic and content type, each with its NUL, the
/// correlation data, the payload, and the user properties as pairs of NUL-terminated texts. So nothing is converted or pinned when it goes out.
/// </summary>
internal unsafe struct OutboxRecord
{
    /// <summary>Records begin at multiples of this, as their 8-byte fields ask for.</summary>
    public const int Alignment = 8;

    public int Size;
    public int PayloadLength;
    public long Token;
    public uint MessageExpiry;
    public ushort TopicLength;
    public ushort ResponseTopicLength;
    public ushort ContentTypeLength;
    public ushort CorrelationLength;
    public int UserPropertyCount;
    public int UserPropertyBytes;
    public OutboxKind Kind;
    public MqttQos Qos;
    public bool Retain;
    public bool PayloadIsUtf8;
    public bool HasExpiry;

    /// <summary>Of a subscription: the options byte of MQTT 5 without the QoS.</summary>
    public byte SubscribeOptions;

    public static byte* GetTopic(OutboxRecord* record) => (byte*)(record + 1);

    public static byte* GetResponseTopic(OutboxRecord* record) => GetTopic(record) + record->TopicLength + 1;

    public static byte* GetContentType(OutboxRecord* record) => GetResponseTopic(record) + record->ResponseTopicLength + 1;

    public static byte* GetCorrelation(OutboxRecord* record) => GetContentType(record) + record->ContentTypeLength + 1;

    public static byte* GetPayload(OutboxRecord* record) => GetCorrelation(record) + record->CorrelationLength;

    public static byte* GetUserProperties(OutboxRecord* record) => GetPayload(record) + record->PayloadLength;

    public static string GetTopicText(OutboxRecord* record) => Encoding.UTF8.GetString(GetTopic(record), record->TopicLength);

    public static MqttSubscription GetSubscription(OutboxRecord* record) => MqttSubscriptionOptions.Decode(GetTopicText(record), record->Qos, record->SubscribeOptions);

    /// <summary>The bytes that a record of this publication takes; too many for an int are clamped.</summary>
    public static int Measure(in MqttPublication publication)
    {
        // A pair has four bytes of lengths encoded and two of NUL here: the encoded size is enough.
        var size = (long)sizeof(OutboxRecord) + publication.Topic.Length + publication.ResponseTopic.Length + publication.ContentType.Length + 3
            + publication.CorrelationData.Length + publication.Payload.Length + publication.UserProperties.Encoded.Length;
        return (int)Math.Min(Align(size), int.MaxValue);
    }

    public static int Measure(string filter) => (int)Align(sizeof(OutboxRecord) + Encoding.UTF8.GetByteCount(filter) + 3);

    /// <summary>Fills in a record for which there are <paramref name="size"/> bytes.</summary>
    public static void Write(OutboxRecord* record, int size, in MqttPublication publication)
    {
        *record = new OutboxRecord
        {
            Size = size,
            Kind = OutboxKind.Publish,
            Token = publication.Token,
            Qos = publication.Qos,
            Retain = publication.Retain,
            PayloadIsUtf8 = publication.PayloadIsUtf8,
            HasExpiry = publication.MessageExpiry is not null,
            MessageExpiry = publication.MessageExpiry.GetValueOrDefault(),
            PayloadLength = publication.Payload.Length,
            TopicLength = (ushort)publication.Topic.Length,
            ResponseTopicLength = (ushort)publication.ResponseTopic.Length,
            ContentTypeLength = (ushort)publication.ContentType.Length,
            CorrelationLength = (ushort)publication.CorrelationData.Length,
        };

        var end = (byte*)record + size;
        var at = WriteText(GetTopic(record), end, publication.Topic);
        at = WriteText(at, end, publication.ResponseTopic);
        at = WriteText(at, end, publication.ContentType);
        at = WriteBytes(at, end, publication.CorrelationData);
        at = WriteBytes(at, end, publication.Payload);
        var properties = at;
        foreach (var property in publication.UserProperties)
        {
            at = WriteText(at, end, property.Name);
            at = WriteText(at, end, property.Value);
            record->UserPropertyCount++;
        }

        record->UserPropertyBytes = (int)(at - properties);
    }

    /// <summary>Fills in a record that asks for a subscription or its end.</summary>
    public static void Write(OutboxRecord* record, int size, OutboxKind kind, string filter, MqttQos qos, byte options)
    {
        *record = new OutboxRecord { Size = size, Kind = kind, Qos = qos, SubscribeOptions = options };
        var room = new Span<byte>(GetTopic(record), size - sizeof(OutboxRecord));
        var length = Encoding.UTF8.GetBytes(filter, room);
        room[length..].Clear();
        record->TopicLength = (ushort)length;
    }

    private static long Align(long size) => (size + Alignment - 1) & ~(Alignment - 1L);

    private static byte* WriteText(byte* at, byte* end, ReadOnlySpan<byte> text)
    {
        at = WriteBytes(at, end, text);
        *at = 0;
        return at + 1;
    }

    private static byte* WriteBytes(byte* at, byte* end, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(new Span<byte>(at, (int)(end - at)));
        return at + bytes.Length;
    }
}
