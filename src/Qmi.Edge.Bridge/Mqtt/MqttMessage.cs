namespace Qmi.Edge.Bridge;

/// <summary>
/// A message as it arrived. The spans live as long as the call of <see cref="IMqttEvents.OnMessage"/>: copy what is kept. An empty span
/// means that the field was not sent; on 3.1.1 the fields marked MQTT 5 always are.
/// </summary>
/// <remarks>
/// The client library may have acknowledged a QoS 1 message before this call (libmosquitto does), so a crash in between loses it: the
/// sender's retry with the same id is what makes a request safe. The DUP flag is not passed on by libmosquitto: <see cref="IsRedelivery"/> says
/// the same, from what the connection remembers.
/// </remarks>
public readonly ref struct MqttMessage
{
    /// <summary>The topic, UTF-8.</summary>
    public required ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>The QoS of this delivery.</summary>
    public MqttQos Qos { get; init; }

    /// <summary>The packet identifier, 1 to 65 535; 0 at QoS 0. A broker that delivers a message again uses the same.</summary>
    public ushort PacketId { get; init; }

    /// <summary>
    /// It was received before: in an earlier connection of the same session, not long ago, with the same packet identifier, topic and payload.
    /// The broker did not get the acknowledgement and delivered it again, as QoS 1 demands.
    /// </summary>
    public bool IsRedelivery { get; init; }

    /// <summary>
    /// For how long it may have waited unread because this process was stopped or its connection's thread was busy; zero when it was read as it
    /// came, give or take a second. The time of a message that must not be late counts from then.
    /// </summary>
    public TimeSpan Waited { get; init; }

    /// <summary>It was retained; or, with Retain As Published, sent with the flag.</summary>
    public bool Retain { get; init; }

    /// <summary>MQTT 5: the sender says that the payload is UTF-8 text.</summary>
    public bool PayloadIsUtf8 { get; init; }

    /// <summary>MQTT 5: what was left of its life when the broker sent it, in seconds.</summary>
    public uint? MessageExpiry { get; init; }

    /// <summary>MQTT 5: the content type, UTF-8.</summary>
    public ReadOnlySpan<byte> ContentType { get; init; }

    /// <summary>MQTT 5: where an answer should go, UTF-8.</summary>
    public ReadOnlySpan<byte> ResponseTopic { get; init; }

    /// <summary>MQTT 5: to be echoed in the answer.</summary>
    public ReadOnlySpan<byte> CorrelationData { get; init; }

    /// <summary>MQTT 5: user properties.</summary>
    public MqttUserProperties UserProperties { get; init; }
}
