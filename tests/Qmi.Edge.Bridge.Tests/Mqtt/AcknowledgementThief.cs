using System.Net;
using System.Net.Sockets;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Stands between a client and its broker and keeps the client's acknowledgements for itself.</summary>
internal sealed class AcknowledgementThief : IDisposable
{
    private const byte Acknowledgement = 0x40;

    private readonly FakeBroker _front;
    private readonly int _port;
    private volatile Socket? _robbed;
    private int _stolen;
    private int _passed;

    public AcknowledgementThief(int port)
    {
        _port = port;
        _front = new FakeBroker(Serve);
    }

    public int Port => _front.Port;

    public bool Steals { get; set; }

    public int Stolen => Volatile.Read(ref _stolen);

    /// <summary>How many acknowledgements the broker was left with.</summary>
    public int Passed => Volatile.Read(ref _passed);

    /// <summary>Cuts the connection that it has robbed.</summary>
    public void Cut() => _robbed!.Close();

    public void Dispose() => _front.Dispose();

    private void Serve(FakeBrokerConnection connection)
    {
        using var back = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        back.Connect(IPAddress.Loopback, _port);
        new Thread(() => Forward(back, connection.Socket)) { IsBackground = true, Name = "thief" }.Start();
        while (true)
        {
            var (type, body) = connection.ReadPacket();
            if (type == Acknowledgement && Steals)
            {
                Steal(connection.Socket);
                continue;
            }

            back.Send([type, .. Length(body.Length), .. body]);
            if (type == Acknowledgement)
                Interlocked.Increment(ref _passed);
        }
    }

    private void Steal(Socket from)
    {
        _robbed = from;
        Interlocked.Increment(ref _stolen);
    }

    private static void Forward(Socket from, Socket to)
    {
        var buffer = new byte[4096];
        try
        {
            while (from.Receive(buffer) is > 0 and var count)
                to.Send(buffer.AsSpan(0, count));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One of the two has closed its side, so there is nothing to forward any more.
        }
    }

    private static byte[] Length(int value)
    {
        var bytes = new List<byte>();
        do
        {
            bytes.Add((byte)((value & 0x7F) | (value > 0x7F ? 0x80 : 0)));
            value >>= 7;
        }
        while (value > 0);
        return [.. bytes];
    }
}
