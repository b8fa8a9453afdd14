namespace Qmi.Edge.Bridge;

/// <summary>What to subscribe to.</summary>
/// <param name="Filter">The topic filter.</param>
/// <param name="Qos">The highest QoS wanted: 0 or 1.</param>
public sealed record MqttSubscription(string Filter, MqttQos Qos = MqttQos.AtLeastOnce)
{
    /// <summary>MQTT 5: do not deliver what this client publishes itself.</summary>
    public bool NoLocal { get; init; }

    /// <summary>MQTT 5: deliver with the RETAIN flag as published, so that a live message with the flag can be told.</summary>
    public bool RetainAsPublished { get; init; }

    /// <summary>MQTT 5: which retained messages to deliver. On 3.1.1 it is always <see cref="MqttRetainHandling.Send"/>.</summary>
    public MqttRetainHandling RetainHandling { get; init; }
}

/// <summary>Which retained messages a new subscription brings.</summary>
public enum MqttRetainHandling : byte
{
    /// <summary>All that match.</summary>
    Send = 0,

    /// <summary>All that match, unless the session had the subscription already.</summary>
    SendIfNew = 1,

    /// <summary>None.</summary>
    DoNotSend = 2,
}
