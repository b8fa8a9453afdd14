using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>
/// The other end closed the connection or was unplugged (QMI: QMI_EndOfInputException). The transport stays open for what was received before;
/// <see cref="QmiTransport.Close"/> and <see cref="QmiTransport.Open"/> connect again.
/// </summary>
public sealed class TransportClosedException : TransportException
{
    internal TransportClosedException(QmiTransport transport, string message, int keptBytes)
        : base(ErrorCode.DeviceError, transport, message, Executed.Unknown, innerException: null) => KeptBytes = keptBytes;

    /// <summary>How many bytes had come before the end and wait for a read.</summary>
    public int KeptBytes { get; }
}
