using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>
/// Says in one line how an instrument is reached (QMI: the transport descriptor of <c>create_transport</c>), for example
/// <c>tcp:10.0.0.5:5025:connect_timeout=10</c> or <c>serial:/dev/serial/by-id/usb-FTDI:baudrate=9600</c>.
/// </summary>
/// <remarks>
/// The kind, then values by position, then <c>name=value</c>. A value that contains a colon stands in square brackets, such as an
/// IPv6 address. Stricter than QMI, which ignores a value too many: nothing is ignored here.
/// </remarks>
public abstract record TransportDescriptor
{
    private static readonly string[] NotBuilt = ["udp", "usbtmc", "gpib", "vxi11", "i2c", "spi", "gpio"];

    private protected TransportDescriptor()
    {
    }

    /// <summary>The first word: <c>tcp</c>, <c>serial</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>Reads a descriptor.</summary>
    /// <param name="text">The descriptor.</param>
    /// <param name="defaults">Values by name for what the text leaves out, for example a driver's usual <c>port</c>; those that the kind does not have are not looked at (QMI: default_attributes).</param>
    /// <exception cref="QmiException">BAD_ARGS: names the part that is wrong, what is allowed and the nearest known name.</exception>
    public static TransportDescriptor Parse(string text, IReadOnlyDictionary<string, string>? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var fields = DescriptorFields.Split(text, defaults);
        return fields.Kind switch
        {
            TcpDescriptor.KindName => TcpDescriptor.From(fields),
            SerialDescriptor.KindName => SerialDescriptor.From(fields),
            var kind when NotBuilt.Contains(kind) => throw fields.Wrong($"the kind \"{kind}\" is known but not built into this version. Built are tcp and serial"),
            var kind => throw fields.Wrong($"there is no kind \"{kind}\"{NearestName.Hint(kind, [TcpDescriptor.KindName, SerialDescriptor.KindName, .. NotBuilt])}. Built are tcp and serial"),
        };
    }

    /// <summary>A transport of this kind, not open yet (QMI: create_transport).</summary>
    /// <param name="timeProvider">The clock of every wait; null for the system's.</param>
    public abstract QmiTransport CreateTransport(TimeProvider? timeProvider = null);
}
