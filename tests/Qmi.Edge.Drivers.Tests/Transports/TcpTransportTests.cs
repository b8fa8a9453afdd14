using System.Net;
using System.Net.Sockets;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers.Tests;

public sealed class TcpTransportTests() : TransportContract(new TcpPeer())
{
    [Fact]
    public void A_port_where_nobody_listens_is_refused_at_once_and_nothing_happened()
    {
        using var peer = new TcpPeer();
        var port = peer.Port;
        peer.Dispose();
        using var transport = new TcpTransport(new TcpDescriptor("127.0.0.1", port));

        var refused = Assert.Throws<TransportException>(transport.Open);

        Assert.Equal(ErrorCode.DeviceError, refused.Code);
        Assert.Equal(Executed.No, refused.Executed);
        Assert.Contains("Connection refused", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"listens on port {port}", refused.Message, StringComparison.Ordinal);
        Assert.False(transport.IsOpen);
    }

    [Fact]
    public void An_address_that_swallows_packets_ends_with_the_connect_timeout()
    {
        using var deaf = new DeafPort();
        using var transport = new TcpTransport(new TcpDescriptor("127.0.0.1", deaf.Port) { ConnectTimeout = TimeSpan.FromMilliseconds(80) });

        var timeout = Assert.Throws<TransportTimeoutException>(transport.Open);

        Assert.Contains("within 0.08 s", timeout.Message, StringComparison.Ordinal);
        Assert.Equal(Executed.No, timeout.Executed);
    }

    [Fact]
    public void A_stop_ends_a_blocked_connect_at_once()
    {
        using var deaf = new DeafPort();
        using var transport = new TcpTransport(new TcpDescriptor("127.0.0.1", deaf.Port) { ConnectTimeout = TimeSpan.FromHours(1) });
        using var stop = new CancellationTokenSource();
        var opening = Background.Run(() =>
        {
            using var scope = Interruption.Enter(stop.Token);
            transport.Open();
        }).WaitUntilAsleep();

        stop.Cancel();

        Assert.IsAssignableFrom<OperationCanceledException>(opening.JoinFailing());
        Assert.False(transport.IsOpen);
    }

    [Fact]
    public void Closing_from_another_thread_ends_a_blocked_connect()
    {
        using var deaf = new DeafPort();
        using var transport = new TcpTransport(new TcpDescriptor("127.0.0.1", deaf.Port) { ConnectTimeout = TimeSpan.FromHours(1) });
        var opening = Background.Run(transport.Open).WaitUntilAsleep();

        opening.UntilEnded(transport.Close);

        Assert.Equal(ErrorCode.WrongState, Assert.IsType<QmiException>(opening.JoinFailing()).Code);
    }

    [Fact]
    public void A_name_is_looked_up_and_all_its_addresses_are_tried()
    {
        using var peer = new TcpPeer();
        using var transport = new TcpTransport(new TcpDescriptor("localhost", peer.Port));

        peer.Connect(transport);

        peer.Send("reply\n"u8);
        Assert.Equal("reply\n"u8, transport.ReadUntil("\n"u8, Patience));
    }

    [Fact]
    public void A_name_that_nobody_knows_says_so()
    {
        using var transport = new TcpTransport(new TcpDescriptor("no-such-instrument.invalid", 5025) { ConnectTimeout = Patience });

        var unknown = Assert.Throws<TransportException>(transport.Open);

        Assert.Contains("no-such-instrument.invalid is not known", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_IPv6_address_stands_in_brackets()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "This machine has no IPv6.");
        using var peer = new TcpPeer(IPAddress.IPv6Loopback);
        using var transport = TransportDescriptor.Parse($"tcp:[::1]:{peer.Port}").CreateTransport();

        peer.Connect(transport);

        transport.Write("?"u8);
        Assert.Equal("?"u8, peer.Receive(1));
    }

    /// <summary>A listener whose queue is full: the kernel drops every further attempt without an answer.</summary>
    private sealed class DeafPort : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _waiting = [];

        public DeafPort()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(0);

            // A queue of zero has room for one. The second attempt proves that it is full.
            Assert.True(Connect().Wait(Patience));
            Assert.False(Connect().Wait(TimeSpan.FromMilliseconds(200)), "a full queue took another connection");
        }

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public void Dispose()
        {
            _waiting.ForEach(socket => socket.Dispose());
            _listener.Dispose();
        }

        private Task Connect()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _waiting.Add(socket);
            return socket.ConnectAsync(_listener.LocalEndPoint!);
        }
    }
}
