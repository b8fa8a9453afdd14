namespace Qmi.Edge.Bridge;

/// <summary>A copy of a message.</summary>
internal sealed class HeldMessage(in MqttMessage message)
{
    private readonly byte[] _topic = message.Topic.ToArray();
    private readonly byte[] _payload = message.Payload.ToArray();
    private readonly byte[] _contentType = message.ContentType.ToArray();
    private readonly byte[] _responseTopic = message.ResponseTopic.ToArray();
    private readonly byte[] _correlationData = message.CorrelationData.ToArray();
    private readonly byte[] _userProperties = message.UserProperties.Encoded.ToArray();
    private readonly (MqttQos Qos, ushort PacketId, bool IsRedelivery, TimeSpan Waited, bool Retain, bool IsUtf8, uint? Expiry) _rest =
        (message.Qos, message.PacketId, message.IsRedelivery, message.Waited, message.Retain, message.PayloadIsUtf8, message.MessageExpiry);

    /// <summary>How many bytes it holds.</summary>
    public int Size => _topic.Length + _payload.Length + _contentType.Length + _responseTopic.Length + _correlationData.Length + _userProperties.Length;

    /// <summary>The message as it arrived.</summary>
    public MqttMessage Message => new()
    {
        Topic = _topic,
        Payload = _payload,
        Qos = _rest.Qos,
        PacketId = _rest.PacketId,
        IsRedelivery = _rest.IsRedelivery,
        Waited = _rest.Waited,
        Retain = _rest.Retain,
        PayloadIsUtf8 = _rest.IsUtf8,
        MessageExpiry = _rest.Expiry,
        ContentType = _contentType,
        ResponseTopic = _responseTopic,
        CorrelationData = _correlationData,
        UserProperties = new MqttUserProperties(_userProperties),
    };
}

/// <summary>What arrived before it was known whether the box still has its id: for one round trip to the broker, so not much.</summary>
internal sealed class HeldMessages
{
    // A broker sends that much of a resumed session at once, and a little more in the round trip.
    private const int Most = 1024;
    private const int MostBytes = 8 << 20;

    private readonly Queue<HeldMessage> _messages = new();
    private long _bytes;

    /// <summary>Keeps a copy; false when there is no room.</summary>
    public bool TryKeep(in MqttMessage message)
    {
        if (_messages.Count >= Most || _bytes + message.Payload.Length > MostBytes)
            return false;
        var held = new HeldMessage(message);
        _bytes += held.Size;
        _messages.Enqueue(held);
        return true;
    }

    /// <summary>The oldest, or null.</summary>
    public HeldMessage? Take()
    {
        if (!_messages.TryDequeue(out var held))
            return null;
        _bytes -= held.Size;
        return held;
    }
}
