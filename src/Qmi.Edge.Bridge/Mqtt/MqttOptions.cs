using System.Security.Authentication;

namespace Qmi.Edge.Bridge;

/// <summary>How to connect. The defaults are those of the control connection.</summary>
public sealed record MqttOptions
{
    /// <summary>Name or address of the broker.</summary>
    public required string Host { get; init; }

    /// <summary>Port of the broker, 1 to 65 535.</summary>
    public int Port { get; init; } = 1883;

    /// <summary>The client identifier: two connections with the same one throw each other out.</summary>
    public required string ClientId { get; init; }

    /// <summary>User name, or null.</summary>
    public string? UserName { get; init; }

    /// <summary>Password, or null.</summary>
    public string? Password { get; init; }

    /// <summary>TLS, or null for plain TCP.</summary>
    public MqttTls? Tls { get; init; }

    /// <summary>The version to speak; null means 5, and 3.1.1 with a broker that does not take 5, remembered for an hour.</summary>
    public MqttProtocolVersion? ProtocolVersion { get; init; }

    /// <summary>
    /// Asked before every attempt, on the connection's thread, since a will names the connection it belongs to. The number is that of the
    /// connection to come (<see cref="MqttSession.Number"/>); null for no will.
    /// </summary>
    public Func<long, MqttWill?>? Will { get; init; }

    /// <summary>Begin with a new session. Reconnects resume it. On 3.1.1 every connection begins anew: there the broker would keep commands for an absent box without end.</summary>
    public bool CleanStart { get; init; } = true;

    /// <summary>MQTT 5: how long the broker keeps the session after the connection is lost, in whole seconds.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whole seconds, 5 s at least. A silent broker is given up after about twice that.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the first lookup to the broker's answer to CONNECT.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>MQTT 5: how many QoS 1 messages the broker may send unacknowledged.</summary>
    public ushort ReceiveMaximum { get; init; } = 32;

    /// <summary>MQTT 5: the largest packet the broker may send, or null for no limit. The broker drops larger ones without a word.</summary>
    public uint? MaximumPacketSize { get; init; }

    /// <summary>MQTT 5: the broker may explain its refusals in words.</summary>
    public bool RequestProblemInformation { get; init; } = true;

    /// <summary>How many QoS 1 publications may wait for their acknowledgement, 1 to 1 000; the broker may lower it.</summary>
    public int MaximumInFlight { get; init; } = 20;

    /// <summary>Bytes that may wait to be sent, at least 4 KiB. Also the size of the largest publication.</summary>
    public int OutboxBytes { get; init; } = 1 << 20;

    /// <summary>Longest first wait before a reconnect. It doubles with each failure.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Longest wait before a reconnect.</summary>
    public TimeSpan MaximumReconnectDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Throws for a value out of its range.</summary>
    /// <exception cref="ArgumentException">The message names the option and its range.</exception>
    public void ThrowIfInvalid()
    {
        ArgumentException.ThrowIfNullOrEmpty(Host);
        ArgumentException.ThrowIfNullOrEmpty(ClientId);
        Require(Port is > 0 and <= ushort.MaxValue, nameof(Port), "is 1 to 65535");
        Require(Password is null || UserName is not null, nameof(Password), "needs a UserName: MQTT 3.1.1 knows no password alone");
        Require(Enum.IsDefined(ProtocolVersion ?? MqttProtocolVersion.V5), nameof(ProtocolVersion), "is 5, 3.1.1 or null");
        Require(SessionExpiry >= TimeSpan.Zero && SessionExpiry.TotalSeconds <= uint.MaxValue, nameof(SessionExpiry), "is 0 s to 4294967295 s");
        Require(KeepAlive.TotalSeconds is >= 5 and <= ushort.MaxValue, nameof(KeepAlive), "is 5 s to 65535 s");
        Require(ConnectTimeout > TimeSpan.Zero, nameof(ConnectTimeout), "is more than nothing");
        Require(ReceiveMaximum > 0, nameof(ReceiveMaximum), "is 1 to 65535");
        Require(MaximumPacketSize is not 0, nameof(MaximumPacketSize), "is 1 or more, or null");
        Require(MaximumInFlight is > 0 and <= 1000, nameof(MaximumInFlight), "is 1 to 1000");
        Require(OutboxBytes is >= 4096 and <= 1 << 30, nameof(OutboxBytes), "is 4 KiB to 1 GiB");
        Require(ReconnectDelay > TimeSpan.Zero, nameof(ReconnectDelay), "is more than nothing");
        Require(MaximumReconnectDelay >= ReconnectDelay, nameof(MaximumReconnectDelay), "is not less than ReconnectDelay");
        Require(Tls is not { CertificateFile: null, KeyFile: not null } and not { CertificateFile: not null, KeyFile: null }, nameof(Tls), "needs CertificateFile and KeyFile together");
        Require(Tls is null or { MinimumVersion: SslProtocols.Tls12 or SslProtocols.Tls13 }, nameof(Tls), "has a MinimumVersion of TLS 1.2 or TLS 1.3");
    }

    /// <summary>Who connects where: without the password, unlike what a record shows by itself.</summary>
    public override string ToString() => $"{ClientId} at {Host}:{Port}";

    private static void Require(bool holds, string option, string rule)
    {
        if (!holds)
            throw new ArgumentException($"MqttOptions.{option} {rule}.", option);
    }
}
