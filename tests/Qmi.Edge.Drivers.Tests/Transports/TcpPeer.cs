using System.Net;
using System.Net.Sockets;

namespace Qmi.Edge.Drivers.Tests;

/// <summary>An instrument on a loopback port.</summary>
public sealed class TcpPeer : InstrumentPeer
{
    private readonly Socket _listener;
    private Socket? _connection;

    public TcpPeer(IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(address, 0));
        _listener.Listen(1);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public override string Descriptor => $"tcp:127.0.0.1:{Port}";

    public override void Connect(QmiTransport transport)
    {
        transport.Open();
        Accept();
    }

    public void Accept()
    {
        _connection?.Dispose();
        Assert.True(_listener.Poll(Patience, SelectMode.SelectRead), "nobody connected");
        _connection = _listener.Accept();
        _connection.NoDelay = true;
        _connection.ReceiveTimeout = _connection.SendTimeout = (int)Patience.TotalMilliseconds;
    }

    public override void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[_connection!.Send(bytes)..];
    }

    public override byte[] Receive(int count)
    {
        var bytes = new byte[count];
        for (var got = 0; got < count;)
        {
            var some = _connection!.Receive(bytes.AsSpan(got));
            Assert.True(some > 0, $"the transport closed after {got} of {count} bytes");
            got += some;
        }

        return bytes;
    }

    public override void HangUp() => _connection!.Dispose();

    public override void Return()
    {
        // The listener never went away.
    }

    public override void Dispose()
    {
        _connection?.Dispose();
        _listener.Dispose();
    }
}
