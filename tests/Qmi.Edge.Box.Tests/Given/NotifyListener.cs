using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Qmi.Edge.Box.Tests;

/// <summary>A socket of the test's own where systemd's would be; keeps every message with the time of its arrival.</summary>
internal sealed class NotifyListener : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly ConcurrentQueue<(long At, string Text)> _messages = new();
    private readonly Thread _thread;

    /// <param name="name">A path, or an abstract name behind an <c>@</c>, as in <c>NOTIFY_SOCKET</c>.</param>
    public NotifyListener(string name)
    {
        Name = name;
        _socket.Bind(new UnixDomainSocketEndPoint(name[0] == '@' ? $"\0{name[1..]}" : name));
        _socket.ReceiveTimeout = 200;
        _thread = new Thread(Listen) { IsBackground = true };
        _thread.Start();
    }

    public string Name { get; }

    public IReadOnlyList<(long At, string Text)> Messages => [.. _messages];

    public IReadOnlyList<string> Texts => [.. _messages.Select(message => message.Text)];

    public int Pings => _messages.Count(message => message.Text.Contains("WATCHDOG=1", StringComparison.Ordinal));

    public string WaitFor(string part)
    {
        string? found = null;
        Assert.True(
            SpinWait.SpinUntil(() => (found = Texts.FirstOrDefault(text => text.Contains(part, StringComparison.Ordinal))) is not null, ChildProcess.Patience),
            $"\"{part}\" was not heard, but: {string.Join(" | ", Texts)}");
        return found!;
    }

    public void WaitForPings(int count) => Assert.True(SpinWait.SpinUntil(() => Pings >= count, ChildProcess.Patience), $"{Pings} of {count} signs of life were heard.");

    public void Dispose()
    {
        _socket.Dispose();
        _thread.Join(ChildProcess.Patience);
    }

    private void Listen()
    {
        var buffer = new byte[4096];
        while (true)
        {
            try
            {
                var length = _socket.Receive(buffer);
                _messages.Enqueue((TimeProvider.System.GetTimestamp(), Encoding.UTF8.GetString(buffer, 0, length)));
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                // So that the end of the test is noticed.
            }
            catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }
}
