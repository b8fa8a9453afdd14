using System.Text.Unicode;

namespace Qmi.Edge.Bridge;

/// <summary>What to publish. Text is UTF-8; an empty span means that the field is not sent. On 3.1.1 the fields marked MQTT 5 are left out.</summary>
public readonly ref struct MqttPublication
{
    /// <summary>The topic.</summary>
    public required ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>QoS 0 or 1.</summary>
    public MqttQos Qos { get; init; }

    /// <summary>The broker keeps it for later subscribers.</summary>
    public bool Retain { get; init; }

    /// <summary>A number of the caller's that comes back in <see cref="IMqttEvents.OnAcknowledged"/>; 0 for no answer.</summary>
    public long Token { get; init; }

    /// <summary>MQTT 5: the payload is UTF-8 text (payload format indicator 1).</summary>
    public bool PayloadIsUtf8 { get; init; }

    /// <summary>MQTT 5: how long the broker keeps it for a client that is away, in seconds.</summary>
    public uint? MessageExpiry { get; init; }

    /// <summary>MQTT 5: for example <c>application/json</c>.</summary>
    public ReadOnlySpan<byte> ContentType { get; init; }

    /// <summary>MQTT 5: where an answer should go.</summary>
    public ReadOnlySpan<byte> ResponseTopic { get; init; }

    /// <summary>MQTT 5: any bytes, by which the receiver of the answer knows what it answers.</summary>
    public ReadOnlySpan<byte> CorrelationData { get; init; }

    /// <summary>MQTT 5: user properties.</summary>
    public MqttUserProperties UserProperties { get; init; }

    /// <summary>Throws when this can never be sent, whatever the broker: a defect of the caller.</summary>
    /// <exception cref="ArgumentException">An empty topic, a wildcard in it, text that is not UTF-8 or contains U+0000, a field longer than 65 535 bytes, or QoS 2.</exception>
    public void ThrowIfInvalid()
    {
        if (Topic.IsEmpty)
            throw new ArgumentException("A publication needs a topic.", nameof(Topic));
        if (Topic.IndexOfAny((byte)'+', (byte)'#') >= 0)
            throw new ArgumentException("A topic to publish on has no wildcards.", nameof(Topic));
        if (Qos > MqttQos.AtLeastOnce)
            throw new ArgumentException("A publication has QoS 0 or 1.", nameof(Qos));

        Check(Topic, nameof(Topic));
        Check(ContentType, nameof(ContentType));
        Check(ResponseTopic, nameof(ResponseTopic));
        if (CorrelationData.Length > ushort.MaxValue)
            throw new ArgumentException("CorrelationData is longer than 65535 bytes.", nameof(CorrelationData));

        foreach (var property in UserProperties)
        {
            Check(property.Name, nameof(UserProperties));
            Check(property.Value, nameof(UserProperties));
        }
    }

    private static void Check(ReadOnlySpan<byte> text, string field)
    {
        if (text.Length > ushort.MaxValue)
            throw new ArgumentException($"{field} is longer than 65535 bytes.", field);
        if (text.Contains((byte)0) || !Utf8.IsValid(text))
            throw new ArgumentException($"{field} is not UTF-8 text without U+0000.", field);
    }
}
