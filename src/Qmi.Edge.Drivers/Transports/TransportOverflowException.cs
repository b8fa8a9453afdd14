using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>
/// More bytes came without a terminator than <see cref="QmiTransport.MaxReplyLength"/> allows (QMI: no limit). They are kept:
/// take them with a read of known length, or drop them with <see cref="QmiTransport.DiscardRead"/>.
/// </summary>
public sealed class TransportOverflowException : TransportException
{
    internal TransportOverflowException(QmiTransport transport, int keptBytes)
        : base(
            ErrorCode.DeviceError,
            transport,
            $"{keptBytes} bytes came without the terminator, the limit is {transport.MaxReplyLength}. Check the terminator, or raise MaxReplyLength; DiscardRead drops what came.",
            Executed.Unknown,
            innerException: null) => KeptBytes = keptBytes;

    /// <summary>How many bytes wait for a read.</summary>
    public int KeptBytes { get; }
}
