using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Qmi.Edge.Bridge;

/// <summary>How a program reaches boxes through a broker; what is not required has a default.</summary>
public sealed record EdgeClientOptions
{
    /// <summary>Name or address of the broker.</summary>
    public required string Host { get; init; }

    /// <summary>Port of the broker, 1 to 65 535.</summary>
    public int Port { get; init; } = 1883;

    /// <summary>The user name at the broker, and so the name of the caller that boxes see. With client certificates: the common name.</summary>
    public required string UserName { get; init; }

    /// <summary>Password, or null.</summary>
    public string? Password { get; init; }

    /// <summary>TLS, or null for plain TCP.</summary>
    public MqttTls? Tls { get; init; }

    /// <summary>The version to speak; null means 5, and 3.1.1 with a broker that does not take 5.</summary>
    public MqttProtocolVersion? ProtocolVersion { get; init; }

    /// <summary>First level of every topic.</summary>
    public string Prefix { get; init; } = "qmi";

    /// <summary>How long a call may take that names no time of its own; default 5 s. Within it a request is sent again, with the same id, until it is answered.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait for the first connection; default 10 s. Afterwards the client connects again by itself as often as need be.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many calls may wait for their answers at once, default 10 000; the next one is told <see cref="Runtime.ErrorCode.Busy"/>.</summary>
    public int MaximumPendingCalls { get; init; } = 10_000;

    /// <summary>The largest result that is fetched in pieces when it is too large for one message, in bytes; default 64 MiB.</summary>
    public int MaximumResultBytes { get; init; } = 64 << 20;

    /// <summary>How many bytes of received signals and documents may wait to be read; default 16 MiB. What comes beyond is given up and counted.</summary>
    public int InboxBytes { get; init; } = 16 << 20;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where logs go.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Makes the connection; tests put another in its place.</summary>
    internal Func<MqttOptions, IMqttConnection>? Connect { get; init; }

    /// <summary>Throws for a value out of its range.</summary>
    /// <exception cref="ArgumentException">The message names the option and its range.</exception>
    public void ThrowIfInvalid()
    {
        ArgumentException.ThrowIfNullOrEmpty(Host);
        ArgumentException.ThrowIfNullOrEmpty(UserName);
        if (CallerName.FindMistake(UserName) is { } mistake)
            throw new ArgumentException(mistake, nameof(UserName));
        Require(Timeout > TimeSpan.Zero && Timeout <= TimeSpan.FromHours(24), nameof(Timeout), "is more than nothing and at most 24 hours");
        Require(ConnectTimeout > TimeSpan.Zero, nameof(ConnectTimeout), "is more than nothing");
        Require(MaximumPendingCalls > 0, nameof(MaximumPendingCalls), "is 1 or more");
        Require(MaximumResultBytes > 0, nameof(MaximumResultBytes), "is 1 or more");
        Require(InboxBytes >= 4096, nameof(InboxBytes), "is 4 KiB or more");
    }

    /// <summary>Who connects where: without the password, unlike what a record shows by itself.</summary>
    public override string ToString() => $"{UserName} at {Host}:{Port}";

    internal IMqttConnection CreateConnection(string process, Func<long, MqttWill?> will)
    {
        var options = new MqttOptions
        {
            Host = Host,
            Port = Port,
            // Several processes of one user are several clients: with one identifier they would throw each other out.
            ClientId = $"{UserName}-{process}",
            UserName = UserName,
            Password = Password,
            Tls = Tls,
            ProtocolVersion = ProtocolVersion,
            Will = will,
            MaximumInFlight = 100,
            OutboxBytes = 4 << 20,
            MaximumReconnectDelay = TimeSpan.FromSeconds(10),
        };
        return Connect?.Invoke(options) ?? new MosquittoConnection(options, LoggerFactory.CreateLogger<MosquittoConnection>(), TimeProvider);
    }

    private static void Require(bool holds, string option, string rule)
    {
        if (!holds)
            throw new ArgumentException($"EdgeClientOptions.{option} {rule}.", option);
    }
}
