using System.Globalization;

namespace Qmi.Edge.Drivers;

/// <summary>How to reach an instrument over TCP: <c>tcp:host:port[:connect_timeout=10]</c>.</summary>
/// <param name="Host">A name, an IPv4 address, or an IPv6 address (in a descriptor in square brackets).</param>
/// <param name="Port">1 to 65535.</param>
public sealed record TcpDescriptor(string Host, int Port) : TransportDescriptor
{
    internal const string KindName = "tcp";

    private static readonly TimeSpan DefaultConnectTimeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary>How long <see cref="QmiTransport.Open"/> may take, the name lookup included. Default 10 s (as in QMI), more than zero, at most an hour.</summary>
    public TimeSpan ConnectTimeout { get; init; } = DefaultConnectTimeout;

    /// <inheritdoc/>
    public override QmiTransport CreateTransport(TimeProvider? timeProvider = null) => new TcpTransport(this, timeProvider);

    /// <summary>The descriptor, without what is at its default.</summary>
    public override string ToString()
    {
        var host = Host.Contains(':') ? $"[{Host}]" : Host;
        var timeout = ConnectTimeout == DefaultConnectTimeout ? "" : string.Create(CultureInfo.InvariantCulture, $":connect_timeout={ConnectTimeout.TotalSeconds}");
        return string.Create(CultureInfo.InvariantCulture, $"{KindName}:{host}:{Port}{timeout}");
    }

    internal static TcpDescriptor From(DescriptorFields fields)
    {
        fields.Expect(positional: ["host", "port"], named: ["connect_timeout"]);
        return new TcpDescriptor(fields.GetText("host"), fields.GetInteger("port", 1, 65535))
        {
            ConnectTimeout = TimeSpan.FromSeconds(fields.GetNumber("connect_timeout", 0.001, 3600, DefaultConnectTimeout.TotalSeconds)),
        };
    }
}
