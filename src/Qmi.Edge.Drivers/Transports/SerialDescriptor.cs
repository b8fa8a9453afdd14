using System.Globalization;

namespace Qmi.Edge.Drivers;

/// <summary>The parity bit of a serial line.</summary>
public enum SerialParity
{
    /// <summary>No parity bit: <c>N</c>.</summary>
    None,

    /// <summary>An even number of ones: <c>E</c>.</summary>
    Even,

    /// <summary>An odd number of ones: <c>O</c>.</summary>
    Odd,
}

/// <summary>
/// How to reach an instrument over a serial line:
/// <c>serial:device[:baudrate=115200][:databits=8][:parity=N][:stopbits=1][:rtscts=False]</c>. QMI's code says <c>bytesize</c>
/// where its documents say <c>databits</c>: both are understood.
/// </summary>
/// <param name="Device">The path. Prefer <c>/dev/serial/by-id/...</c>: numbers of <c>/dev/ttyUSB*</c> change with the order of plugging.</param>
public sealed record SerialDescriptor(string Device) : TransportDescriptor
{
    internal const string KindName = "serial";

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary>Bits per second, any number from 1 to 20 000 000. Default 115200 (as in QMI).</summary>
    public int BaudRate { get; init; } = 115200;

    /// <summary>Bits per character, 5 to 8. Default 8.</summary>
    public int DataBits { get; init; } = 8;

    /// <summary>The parity bit. Default none.</summary>
    public SerialParity Parity { get; init; }

    /// <summary>Stop bits, 1 or 2. Default 1. (QMI: also 1.5, which Linux has only for 5 data bits.)</summary>
    public int StopBits { get; init; } = 1;

    /// <summary>Whether the RTS and CTS lines stop the flow. Default false.</summary>
    public bool RtsCts { get; init; }

    /// <inheritdoc/>
    public override QmiTransport CreateTransport(TimeProvider? timeProvider = null) => new SerialTransport(this, timeProvider);

    /// <summary>The descriptor, without what is at its default save the baud rate.</summary>
    public override string ToString()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{KindName}:{(Device.Contains(':') ? $"[{Device}]" : Device)}:baudrate={BaudRate}");
        text += DataBits == 8 ? "" : $":databits={DataBits}";
        text += Parity == SerialParity.None ? "" : $":parity={Parity.ToString()[0]}";
        text += StopBits == 1 ? "" : $":stopbits={StopBits}";
        return text + (RtsCts ? ":rtscts=True" : "");
    }

    internal static SerialDescriptor From(DescriptorFields fields)
    {
        fields.Expect(positional: ["device"], named: ["baudrate", "databits", "bytesize", "parity", "stopbits", "rtscts"]);
        var device = fields.GetText("device");
        if (!device.StartsWith('/'))
            throw fields.Wrong($"the device \"{device}\" is no absolute path, such as /dev/ttyUSB0");
        if (fields.Has("databits") && fields.Has("bytesize"))
            throw fields.Wrong("databits and bytesize are two names of one thing");

        return new SerialDescriptor(device)
        {
            BaudRate = fields.GetInteger("baudrate", 1, 20_000_000, 115200),
            DataBits = fields.GetInteger(fields.Has("bytesize") ? "bytesize" : "databits", 5, 8, 8),
            Parity = fields.GetChoice("parity", SerialParity.None, ("N", SerialParity.None), ("E", SerialParity.Even), ("O", SerialParity.Odd)),
            StopBits = fields.GetChoice("stopbits", 1, ("1", 1), ("2", 2), ("1.0", 1), ("2.0", 2)),
            RtsCts = fields.GetChoice("rtscts", false, ("True", true), ("False", false)),
        };
    }
}
