using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>
/// A serial line, a USB adapter or a pseudo-terminal (QMI: QMI_SerialTransport): raw bytes, any baud rate. QMI rounds timeouts up to 40 ms; here they are exact.
/// </summary>
public sealed class SerialTransport : QmiTransport
{
    private const int OpenFlags = Libc.OpenReadWrite | Libc.OpenNoControllingTerminal | Libc.OpenNonBlocking | Libc.OpenCloseOnExec;

    private readonly SerialDescriptor _descriptor;
    private readonly PollChannel _channel;

    /// <summary>A transport that is not open yet.</summary>
    /// <param name="descriptor">The device and its line settings.</param>
    /// <param name="timeProvider">The clock of every wait; null for the system's.</param>
    public SerialTransport(SerialDescriptor descriptor, TimeProvider? timeProvider = null)
        : base(descriptor.ToString(), timeProvider)
    {
        _descriptor = descriptor;
        _channel = new PollChannel(Clock);
    }

    /// <summary>Opening a non-blocking terminal waits for nothing.</summary>
    protected override TimeSpan OpenTimeout => Timeout.InfiniteTimeSpan;

    /// <inheritdoc/>
    protected override void OpenTransport(in TransportWait wait)
    {
        var port = Libc.Open(_descriptor.Device, OpenFlags);
        if (port.IsInvalid)
            throw Refused("cannot be opened", Libc.LastError);

        try
        {
            SerialLine.Claim(port, Refused);
            SerialLine.Configure(port, _descriptor, Refused);
        }
        catch
        {
            port.Dispose();
            throw;
        }

        _channel.Attach(port);
    }

    /// <summary>The kernel still sends what was written, for at most 30 s, as its drivers do for every closed line.</summary>
    protected override void CloseTransport() => _channel.Detach();

    /// <inheritdoc/>
    protected override int Receive(Span<byte> buffer, long deadline) => ResultOf(_channel.Receive(buffer, deadline));

    /// <inheritdoc/>
    protected override int Send(ReadOnlySpan<byte> data, long deadline) => ResultOf(_channel.Send(data, deadline));

    /// <inheritdoc/>
    protected override void InterruptWait() => _channel.Wake();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _channel.Dispose();
    }

    private int ResultOf(int result) => result switch
    {
        >= 0 => result,
        -Errno.Again => WaitEnded,
        _ => throw Gone($"the line was lost ({Libc.Explain(-result)}): unplugged, or the adapter was reset"),
    };

    private TransportException Refused(string what, int errno) =>
        new(this, errno == 0 ? $"{what}." : $"{what}: {Libc.Explain(errno)}. {FixFor(errno)}", Executed.No);

    private static string FixFor(int errno) => errno switch
    {
        Errno.NoEntry or Errno.NoDevice or Errno.NoDeviceOrAddress => "Is it plugged in? ls /dev/serial/by-id shows the adapters that are.",
        Errno.AccessDenied => "Add the user of this process to the group dialout.",
        Errno.Busy => "Another process has it open; fuser names it.",
        Errno.NotATerminal => "The path is no serial line.",
        _ => "dmesg may say more.",
    };
}
