using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>An answer came, and it is not of the kind that was asked for: DEVICE_ERROR (QMI: QMI_InstrumentException or ValueError).</summary>
public sealed class ScpiReplyException : QmiException
{
    internal ScpiReplyException(QmiTransport transport, string expected, ReadOnlySpan<byte> reply)
        : base(ErrorCode.DeviceError, $"{transport.Name}: expected {expected}, the instrument answered {ByteText.Quote(reply)}. Check the query, and the instrument's output format.") =>
        Details = new Dictionary<string, object?> { ["transport"] = transport.Name, ["exchanges"] = transport.DescribeExchanges() };
}
