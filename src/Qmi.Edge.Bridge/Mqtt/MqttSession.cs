namespace Qmi.Edge.Bridge;

/// <summary>What client and broker agreed on when the connection was made.</summary>
public sealed record MqttSession
{
    /// <summary>The version spoken. On 3.1.1 properties are not sent and none arrive.</summary>
    public required MqttProtocolVersion ProtocolVersion { get; init; }

    /// <summary>The broker kept the subscriptions and the undelivered messages of an earlier connection.</summary>
    public required bool SessionPresent { get; init; }

    /// <summary>Which connection of this object it is, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>The highest QoS the broker takes; a publication above it is sent at this QoS.</summary>
    public MqttQos MaximumQos { get; init; } = MqttQos.ExactlyOnce;

    /// <summary>Whether the broker retains; if not, the flag is dropped on the way out.</summary>
    public bool RetainAvailable { get; init; } = true;

    /// <summary>The largest packet the broker takes, in bytes, or null when it named none.</summary>
    public uint? MaximumPacketSize { get; init; }

    /// <summary>How many QoS 1 publications the broker takes unacknowledged.</summary>
    public ushort ReceiveMaximum { get; init; } = ushort.MaxValue;

    /// <summary>How many topic aliases the broker takes.</summary>
    public ushort TopicAliasMaximum { get; init; }

    /// <summary>The keep-alive in force: the broker may have overruled the one asked for.</summary>
    public required TimeSpan KeepAlive { get; init; }

    /// <summary>How long the broker keeps the session after the connection is lost.</summary>
    public required TimeSpan SessionExpiry { get; init; }

    /// <summary>Whether filters may have wildcards.</summary>
    public bool WildcardSubscriptionAvailable { get; init; } = true;

    /// <summary>Whether <c>$share/</c> filters are taken.</summary>
    public bool SharedSubscriptionAvailable { get; init; } = true;
}
