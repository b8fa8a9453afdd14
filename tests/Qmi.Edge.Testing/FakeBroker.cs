using System.Net;
using System.Net.Sockets;

namespace Qmi.Edge.Testing;

/// <summary>A peer that does what no broker should: a script per connection, on a thread of its own.</summary>
public sealed class FakeBroker : IDisposable
{
    private readonly Socket _listener;
    private readonly Action<FakeBrokerConnection> _script;
    private readonly List<Socket> _sockets = [];
    private readonly Lock _gate = new();
    private int _connections;

    /// <summary>Listens on a free port of the loopback.</summary>
    /// <param name="script">What to do with each connection; when it returns, the connection is closed. Null: nothing is ever accepted.</param>
    /// <param name="backlog">How many connections the kernel completes before they are accepted.</param>
    public FakeBroker(Action<FakeBrokerConnection>? script, int backlog = 128)
    {
        _script = script ?? (_ => { });
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(backlog);
        if (script is not null)
            new Thread(Accept) { IsBackground = true, Name = "fake broker" }.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>How many connections were accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public void Dispose()
    {
        _listener.Dispose();
        lock (_gate)
        {
            foreach (var socket in _sockets)
                socket.Dispose();
        }
    }

    private void Accept()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = _listener.Accept();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }

            lock (_gate)
                _sockets.Add(socket);
            var number = Interlocked.Increment(ref _connections);
            new Thread(() => Run(socket, number)) { IsBackground = true, Name = $"fake broker {number}" }.Start();
        }
    }

    private void Run(Socket socket, int number)
    {
        using (socket)
        {
            try
            {
                _script(new FakeBrokerConnection(socket, number));
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or EndOfStreamException)
            {
                // The peer is gone or the test is over: so is the script.
            }
        }
    }
}

/// <summary>One connection of a <see cref="FakeBroker"/>.</summary>
public sealed class FakeBrokerConnection(Socket socket, int number)
{
    /// <summary>Which connection it is, from 1.</summary>
    public int Number { get; } = number;

    public Socket Socket { get; } = socket;

    /// <summary>Reads one packet: its first byte and what follows the length.</summary>
    /// <exception cref="EndOfStreamException">The client closed the connection.</exception>
    public (byte Type, byte[] Body) ReadPacket()
    {
        var type = ReadBytes(1)[0];
        var length = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = ReadBytes(1)[0];
            length |= (part & 0x7F) << shift;
            if (part < 0x80)
                return (type, ReadBytes(length));
        }
    }

    /// <summary>Reads CONNECT and says which version of MQTT it is.</summary>
    public int ReadConnect()
    {
        var (type, body) = ReadPacket();
        return type == 0x10 ? body[6] : throw new InvalidDataException($"Not CONNECT: 0x{type:X2}");
    }

    public void Send(params ReadOnlySpan<byte> bytes) => Socket.Send(bytes);

    /// <summary>CONNACK of version 5 without properties, or of 3.1.1.</summary>
    public void Accept(int version)
    {
        if (version == 5)
            Send(0x20, 3, 0, 0, 0);
        else
            Send(0x20, 2, 0, 0);
    }

    /// <summary>Reads, and answers nothing, until the client closes.</summary>
    public void ReadToEnd()
    {
        var buffer = new byte[4096];
        while (Socket.Receive(buffer) > 0)
        {
        }
    }

    private byte[] ReadBytes(int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var now = Socket.Receive(bytes.AsSpan(read));
            if (now == 0)
                throw new EndOfStreamException();
            read += now;
        }

        return bytes;
    }
}
