using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>
/// The way to an instrument failed (QMI: QMI_InstrumentException and the exceptions of the operating system). The message names the
/// transport, what happened and what to do. The closed set: this one for everything without a type of its own,
/// <see cref="TransportTimeoutException"/>, <see cref="TransportClosedException"/>, <see cref="TransportOverflowException"/>.
/// </summary>
public class TransportException : QmiException
{
    private protected TransportException(ErrorCode code, QmiTransport transport, string message, Executed executed, Exception? innerException)
        : base(code, $"{transport.Name}: {message}", executed, innerException)
    {
        Transport = transport.Name;
        Exchanges = transport.DescribeExchanges();
        Details = new Dictionary<string, object?> { ["transport"] = Transport, ["exchanges"] = Exchanges };
    }

    /// <summary>A failure that no other type of the set names.</summary>
    /// <param name="transport">The transport that failed.</param>
    /// <param name="message">What happened and what to do, without the transport's name.</param>
    /// <param name="executed">Whether the instrument may have acted.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public TransportException(QmiTransport transport, string message, Executed executed = Executed.Unknown, Exception? innerException = null)
        : this(ErrorCode.DeviceError, transport, message, executed, innerException)
    {
    }

    /// <summary>The descriptor of the transport.</summary>
    public string Transport { get; }

    /// <summary>The last exchanges before the error, oldest first, one line each; also in <see cref="QmiException.Details"/> as <c>exchanges</c>.</summary>
    public string Exchanges { get; }

    /// <summary>The usual text of an exception, and the last exchanges.</summary>
    public override string ToString() => Exchanges.Length == 0 ? base.ToString() : $"{base.ToString()}\nLast exchanges:\n{Exchanges}";
}
