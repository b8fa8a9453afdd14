namespace Qmi.Edge.Bridge;

/// <summary>The one way in which documents are published.</summary>
internal static class RetainedPublication
{
    /// <summary>Publishes a retained JSON document; an empty one makes the broker forget the topic.</summary>
    public static bool TryPublishRetained(this IMqttConnection connection, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> json) =>
        connection.TryPublish(new MqttPublication
        {
            Topic = topic,
            Payload = json,
            Qos = MqttQos.AtLeastOnce,
            Retain = true,
            PayloadIsUtf8 = !json.IsEmpty,
            ContentType = json.IsEmpty ? default : ContentTypes.Json,
        });
}

/// <summary>MQTT 5 content types.</summary>
internal static class ContentTypes
{
    public static ReadOnlySpan<byte> Json => "application/json"u8;

    public static ReadOnlySpan<byte> Cbor => "application/cbor"u8;
}
