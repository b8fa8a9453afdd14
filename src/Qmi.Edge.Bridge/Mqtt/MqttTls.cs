using System.Security.Authentication;

namespace Qmi.Edge.Bridge;

/// <summary>
/// TLS by PEM files. The server's name is always checked. The files are read anew for every attempt to connect, so that a renewed
/// certificate takes effect by itself.
/// </summary>
public sealed record MqttTls
{
    /// <summary>The certificates of the authorities that the broker's may come from.</summary>
    public required string CaFile { get; init; }

    /// <summary>The client's certificate with its chain, or null when the broker does not ask for one.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The client's private key, not encrypted: a box starts without anybody to type a password.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The oldest version accepted: TLS 1.2 or TLS 1.3.</summary>
    public SslProtocols MinimumVersion { get; init; } = SslProtocols.Tls13;
}
