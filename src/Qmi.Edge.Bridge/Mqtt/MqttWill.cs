namespace Qmi.Edge.Bridge;

/// <summary>What the broker publishes when this client is gone without a farewell.</summary>
public sealed record MqttWill
{
    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The payload, at most 65 535 bytes.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>QoS of the publication.</summary>
    public MqttQos Qos { get; init; } = MqttQos.AtLeastOnce;

    /// <summary>Whether the broker retains it.</summary>
    public bool Retain { get; init; }

    /// <summary>MQTT 5: how long the broker waits, in whole seconds, so that a blip does not flap. It never waits longer than the session lives.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>MQTT 5: for example <c>application/json</c>.</summary>
    public string? ContentType { get; init; }

    /// <summary>MQTT 5: the payload is UTF-8 text.</summary>
    public bool PayloadIsUtf8 { get; init; }
}
