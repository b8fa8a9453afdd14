using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>The instrument reported errors of its own: DEVICE_ERROR with number and text (QMI: QMI_InstrumentException).</summary>
public sealed class ScpiErrorException : QmiException
{
    internal ScpiErrorException(QmiTransport transport, IReadOnlyList<ScpiError> errors)
        : base(ErrorCode.DeviceError, $"{transport.Name}: the instrument reports {string.Join("; ", errors)}. Its manual explains the numbers; the exchanges show what was sent.")
    {
        Errors = errors;
        Details = new Dictionary<string, object?>
        {
            ["transport"] = transport.Name,
            ["scpi_error"] = errors[0].Number,
            ["scpi_text"] = errors[0].Text,
            ["exchanges"] = transport.DescribeExchanges(),
        };
    }

    /// <summary>The errors, oldest first; at least one.</summary>
    public IReadOnlyList<ScpiError> Errors { get; }
}
