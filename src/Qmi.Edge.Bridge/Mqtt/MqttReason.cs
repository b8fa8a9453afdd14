namespace Qmi.Edge.Bridge;

/// <summary>Why something ended as it did: below 0x100 what the broker said (the reason codes of MQTT 5, into which those of 3.1.1 are translated), above it what happened on this side.</summary>
public enum MqttReason : ushort
{
    /// <summary>It worked; of a subscription: granted at QoS 0; of a connection: ended normally.</summary>
    Success = 0x00,

    /// <summary>The subscription was granted at QoS 1.</summary>
    GrantedQos1 = 0x01,

    /// <summary>The subscription was granted at QoS 2.</summary>
    GrantedQos2 = 0x02,

    /// <summary>Accepted, and nobody listens.</summary>
    NoMatchingSubscribers = 0x10,

    /// <summary>There was no such subscription.</summary>
    NoSubscriptionExisted = 0x11,

    /// <summary>The broker does not say why.</summary>
    UnspecifiedError = 0x80,

    /// <summary>The broker could not read a packet.</summary>
    MalformedPacket = 0x81,

    /// <summary>The broker saw a packet that is not allowed there.</summary>
    ProtocolError = 0x82,

    /// <summary>The broker does not accept it, for reasons of its own.</summary>
    ImplementationSpecificError = 0x83,

    /// <summary>The broker does not speak this version of MQTT.</summary>
    UnsupportedProtocolVersion = 0x84,

    /// <summary>The broker does not take this client identifier.</summary>
    ClientIdentifierNotValid = 0x85,

    /// <summary>Wrong user name or password.</summary>
    BadUserNameOrPassword = 0x86,

    /// <summary>The client may not do this.</summary>
    NotAuthorized = 0x87,

    /// <summary>The broker is not available.</summary>
    ServerUnavailable = 0x88,

    /// <summary>The broker is busy.</summary>
    ServerBusy = 0x89,

    /// <summary>The client was banned.</summary>
    Banned = 0x8A,

    /// <summary>The broker is stopping.</summary>
    ServerShuttingDown = 0x8B,

    /// <summary>The way of authentication is not supported.</summary>
    BadAuthenticationMethod = 0x8C,

    /// <summary>The broker heard nothing for too long.</summary>
    KeepAliveTimeout = 0x8D,

    /// <summary>Another client connected with the same client identifier.</summary>
    SessionTakenOver = 0x8E,

    /// <summary>The broker does not take this topic filter.</summary>
    TopicFilterInvalid = 0x8F,

    /// <summary>The broker does not take this topic.</summary>
    TopicNameInvalid = 0x90,

    /// <summary>The packet identifier is in use.</summary>
    PacketIdentifierInUse = 0x91,

    /// <summary>The packet identifier is not known.</summary>
    PacketIdentifierNotFound = 0x92,

    /// <summary>Too many publications unacknowledged.</summary>
    ReceiveMaximumExceeded = 0x93,

    /// <summary>The topic alias is out of range.</summary>
    TopicAliasInvalid = 0x94,

    /// <summary>The packet is larger than the broker takes.</summary>
    PacketTooLarge = 0x95,

    /// <summary>Too many messages in too short a time.</summary>
    MessageRateTooHigh = 0x96,

    /// <summary>A quota of the broker is used up.</summary>
    QuotaExceeded = 0x97,

    /// <summary>An administrator ended it.</summary>
    AdministrativeAction = 0x98,

    /// <summary>The payload is not in the format that was announced.</summary>
    PayloadFormatInvalid = 0x99,

    /// <summary>The broker does not retain.</summary>
    RetainNotSupported = 0x9A,

    /// <summary>The broker does not take this QoS.</summary>
    QosNotSupported = 0x9B,

    /// <summary>Use another broker for now.</summary>
    UseAnotherServer = 0x9C,

    /// <summary>The broker has moved.</summary>
    ServerMoved = 0x9D,

    /// <summary>The broker has no shared subscriptions.</summary>
    SharedSubscriptionsNotSupported = 0x9E,

    /// <summary>Too many connections in too short a time.</summary>
    ConnectionRateExceeded = 0x9F,

    /// <summary>The connection was open for the longest time allowed.</summary>
    MaximumConnectTime = 0xA0,

    /// <summary>The broker has no subscription identifiers.</summary>
    SubscriptionIdentifiersNotSupported = 0xA1,

    /// <summary>The broker has no wildcard subscriptions.</summary>
    WildcardSubscriptionsNotSupported = 0xA2,

    /// <summary>The connection broke; what was not acknowledged by then may have arrived or not.</summary>
    ConnectionLost = 0x100,

    /// <summary>No TCP connection: refused, no route.</summary>
    Unreachable = 0x101,

    /// <summary>The broker's name could not be resolved.</summary>
    NameNotResolved = 0x102,

    /// <summary>The broker did not answer in time.</summary>
    ConnectTimedOut = 0x103,

    /// <summary>The broker was silent for longer than the keep-alive allows.</summary>
    KeepAliveExpired = 0x104,

    /// <summary>TLS failed: a certificate was not accepted on one of the sides, or the versions do not meet.</summary>
    TlsFailed = 0x105,

    /// <summary>The options cannot work as they are, for example a file is missing.</summary>
    Misconfigured = 0x106,

    /// <summary>The peer sent what is not MQTT or not allowed there.</summary>
    ProtocolViolated = 0x107,

    /// <summary>This side ended the connection on request.</summary>
    Stopped = 0x108,

    /// <summary>A defect on this side; the log has it.</summary>
    InternalError = 0x109,

    /// <summary>This side ended the connection to make a new one.</summary>
    Renewed = 0x10A,
}
