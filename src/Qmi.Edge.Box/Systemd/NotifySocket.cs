using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Box;

/// <summary>The socket on which systemd hears a service: one datagram for each message. Whoever does not listen keeps nobody waiting.</summary>
internal sealed partial class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    private readonly UnixDomainSocketEndPoint _address;
    private readonly ILogger _logger;
    private bool _hasFailed;

    private NotifySocket(string name, ILogger logger)
    {
        // The kernel writes the first character of an abstract name as zero.
        _address = new UnixDomainSocketEndPoint(name[0] == '@' ? string.Concat("\0", name.AsSpan(1)) : name);
        _logger = logger;
    }

    /// <summary>Opens it; null when nobody listens.</summary>
    /// <param name="name">A path, or an abstract name behind an <c>@</c>.</param>
    /// <param name="logger">Hears of the first message that could not be sent, and of the first after it that could.</param>
    /// <exception cref="ArgumentOutOfRangeException">No socket can have so long a name.</exception>
    public static NotifySocket? Open(string? name, ILogger logger) => name is null ? null : new NotifySocket(name, logger);

    /// <summary>Sends assignments, each on a line of its own.</summary>
    public void Send(string message)
    {
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(message), _address);
            if (_hasFailed)
                LogSentAgain(_logger);
            _hasFailed = false;
        }
        catch (SocketException exception)
        {
            if (!_hasFailed)
                LogNotSent(_logger, exception.Message);
            _hasFailed = true;
        }
    }

    public void Dispose() => _socket.Dispose();

    [LoggerMessage(3020, LogLevel.Warning, "systemd could not be told how the box is ({Reason}); its watchdog may end the box")]
    private static partial void LogNotSent(ILogger logger, string reason);

    [LoggerMessage(3021, LogLevel.Information, "systemd can be told again how the box is")]
    private static partial void LogSentAgain(ILogger logger);
}
