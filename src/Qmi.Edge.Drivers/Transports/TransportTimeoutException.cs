using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>
/// What was waited for did not come in time (QMI: QMI_TimeoutException). Its code is DEVICE_ERROR when the transport's own timeout passed, and
/// TIMEOUT when the deadline of the call that the thread executes came first. Bytes received so far are kept for the next read.
/// </summary>
public sealed class TransportTimeoutException : TransportException
{
    internal TransportTimeoutException(QmiTransport transport, string message, in TransportWait wait, int keptBytes, Executed executed = Executed.Unknown)
        : base(wait.IsCutByCall ? ErrorCode.Timeout : ErrorCode.DeviceError, transport, message, executed, innerException: null)
    {
        Timeout = wait.Timeout;
        KeptBytes = keptBytes;
        IsCallDeadline = wait.IsCutByCall;
    }

    internal TransportTimeoutException(QmiTransport transport, string message, TransportTimeoutException cause)
        : base(cause.Code, transport, message, cause.Executed, cause)
    {
        Timeout = cause.Timeout;
        KeptBytes = cause.KeptBytes;
        IsCallDeadline = cause.IsCallDeadline;
    }

    /// <summary>The timeout that was given.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>How many bytes had come and wait for the next read.</summary>
    public int KeptBytes { get; }

    /// <summary>True when <see cref="Interruption.Deadline"/> ended the wait, before <see cref="Timeout"/> had passed.</summary>
    public bool IsCallDeadline { get; }
}
