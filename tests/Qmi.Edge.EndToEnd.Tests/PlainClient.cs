using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>A message as a plain client got it.</summary>
internal sealed record PlainMessage(string Topic, string Payload, bool Retain);

/// <summary>
/// As much of MQTT 3.1.1 as it takes to publish and to subscribe at QoS 1. It connects again and again with a clean session, and what is sent while there is no
/// connection is lost: whoever uses it asks again. It shares no code with the box.
/// </summary>
internal sealed class PlainClient : IDisposable
{
    private const byte Connect = 0x10;
    private const byte Publish = 0x30;
    private const byte PublishAcknowledged = 0x40;
    private const byte Subscribe = 0x82;
    private const byte Subscribed = 0x90;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly int _port;
    private readonly string _name;
    private readonly string[] _filters;
    private readonly Action<PlainMessage> _receive;
    private readonly Thread _thread;
    private NetworkStream? _stream;
    private ushort _packet;
    private volatile bool _isDisposed;
    private volatile bool _isSubscribed;

    public PlainClient(int port, string name, Action<PlainMessage> receive, params string[] filters)
    {
        (_port, _name, _receive, _filters) = (port, name, receive, filters);
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Whether it hears what it subscribed to.</summary>
    public bool IsSubscribed => _isSubscribed;

    /// <summary>Publishes at QoS 1, once.</summary>
    /// <returns>False when there is no connection. True says nothing about whether it arrived.</returns>
    public bool TryPublish(string topic, string payload, bool retain = false)
    {
        lock (_gate)
            return _isSubscribed && TrySend((byte)(Publish | 2 | (retain ? 1 : 0)), [.. Text(topic), .. Number(NextPacket()), .. Encoding.UTF8.GetBytes(payload)]);
    }

    public void Dispose()
    {
        _isDisposed = true;
        lock (_gate)
            _stream?.Dispose();
        _thread.Join();
    }

    private void Run()
    {
        for (; !_isDisposed; Thread.Sleep(Pause))
        {
            try
            {
                using var socket = new TcpClient { NoDelay = true };
                socket.Connect(IPAddress.Loopback, _port);
                using var stream = socket.GetStream();
                lock (_gate)
                    _stream = stream;
                // No keepalive: a broker that is killed closes its sockets.
                Write(Connect, [.. Text("MQTT"), 4, 2, 0, 0, .. Text(_name)]);
                while (!_isDisposed)
                    Receive(stream);
            }
            catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
            {
                // The broker is away: that is what this is for.
            }
            finally
            {
                _isSubscribed = false;
                lock (_gate)
                    _stream = null;
            }
        }
    }

    private void Receive(NetworkStream stream)
    {
        var type = ReadByte(stream);
        var (length, shift) = (0, 0);
        for (var more = true; more; shift += 7)
        {
            var digit = ReadByte(stream);
            length |= (digit & 0x7F) << shift;
            more = (digit & 0x80) != 0;
        }

        var body = new byte[length];
        stream.ReadExactly(body);
        switch (type & 0xF0)
        {
            case 0x20:
                Write(Subscribe, [.. Number(NextPacket()), .. _filters.SelectMany(filter => (byte[])[.. Text(filter), 1])]);
                break;
            case Subscribed:
                _isSubscribed = true;
                break;
            case Publish:
                Deliver(type, body);
                break;
        }
    }

    private void Deliver(byte type, ReadOnlySpan<byte> body)
    {
        var topic = Encoding.UTF8.GetString(body.Slice(2, BinaryPrimitives.ReadUInt16BigEndian(body)));
        var rest = body[(2 + Encoding.UTF8.GetByteCount(topic))..];
        if ((type & 6) != 0)
        {
            Write(PublishAcknowledged, rest[..2].ToArray());
            rest = rest[2..];
        }

        _receive(new PlainMessage(topic, Encoding.UTF8.GetString(rest), (type & 1) != 0));
    }

    private void Write(byte type, byte[] body)
    {
        lock (_gate)
        {
            if (!TrySend(type, body))
                throw new IOException("The connection is gone.");
        }
    }

    private bool TrySend(byte type, byte[] body)
    {
        if (_stream is not { } stream)
            return false;
        try
        {
            var length = new List<byte> { type };
            var rest = body.Length;
            do
            {
                length.Add((byte)((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0)));
                rest >>= 7;
            }
            while (rest > 0);
            stream.Write([.. length, .. body]);
            return true;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return false;
        }
    }

    private ushort NextPacket() => _packet = (ushort)(_packet % 60_000 + 1);

    private static byte ReadByte(NetworkStream stream) => stream.ReadByte() is >= 0 and var read ? (byte)read : throw new IOException("The broker closed the connection.");

    private static byte[] Text(string text) => [.. Number((ushort)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Number(ushort number) => [(byte)(number >> 8), (byte)number];
}
