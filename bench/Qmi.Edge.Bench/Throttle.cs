using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Qmi.Edge.Bench;

/// <summary>A slow way to a broker: passes on what comes from one client, so many bytes a second and no more.</summary>
internal sealed class Throttle : IDisposable
{
    private const int Chunk = 2048;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = Chunk };
    private readonly int _brokerPort;
    private readonly int _bytesPerSecond;

    public Throttle(int brokerPort, int bytesPerSecond)
    {
        (_brokerPort, _bytesPerSecond) = (brokerPort, bytesPerSecond);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        new Thread(Accept) { IsBackground = true, Name = "throttle" }.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public void Dispose() => _listener.Dispose();

    private void Accept()
    {
        try
        {
            while (true)
            {
                var client = _listener.Accept();
                var broker = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                broker.Connect(IPAddress.Loopback, _brokerPort);
                new Thread(() => Copy(client, broker, _bytesPerSecond)) { IsBackground = true, Name = "throttle up" }.Start();
                new Thread(() => Copy(broker, client, int.MaxValue)) { IsBackground = true, Name = "throttle down" }.Start();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It was disposed of.
        }
    }

    private static void Copy(Socket from, Socket to, int bytesPerSecond)
    {
        var buffer = new byte[Chunk];
        var (clock, copied) = (Stopwatch.StartNew(), 0L);
        try
        {
            for (int count; (count = from.Receive(buffer)) > 0;)
            {
                to.Send(buffer.AsSpan(0, count));
                copied += count;
                var ahead = TimeSpan.FromSeconds((double)copied / bytesPerSecond) - clock.Elapsed;
                if (ahead > TimeSpan.Zero)
                    Thread.Sleep(ahead);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One side is gone, and so is the other.
        }

        from.Dispose();
        to.Dispose();
    }
}
