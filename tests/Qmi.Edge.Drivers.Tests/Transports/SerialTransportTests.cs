using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers.Tests;

public sealed class SerialTransportTests() : TransportContract(new PtyPeer())
{
    [Theory]
    [InlineData(9600)]
    [InlineData(115200)]
    [InlineData(250_000)]
    [InlineData(31_250)]
    public void Any_baud_rate_is_set(int baudRate)
    {
        using var peer = new PtyPeer();
        using var transport = new SerialTransport(new SerialDescriptor(peer.Device) { BaudRate = baudRate });

        transport.Open();

        Assert.Equal(baudRate, peer.GetBaudRate());
    }

    [Fact]
    public void A_device_that_is_not_there_says_where_to_look()
    {
        using var transport = new SerialTransport(new SerialDescriptor("/dev/no-such-line"));

        var missing = Assert.Throws<TransportException>(transport.Open);

        Assert.Contains("/dev/serial/by-id", missing.Message, StringComparison.Ordinal);
        Assert.Equal(Executed.No, missing.Executed);
    }

    [Fact]
    public void A_file_that_is_no_serial_line_says_so()
    {
        using var transport = new SerialTransport(new SerialDescriptor("/dev/null"));

        Assert.Contains("no serial line", Assert.Throws<TransportException>(transport.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_came_before_opening_is_not_taken_for_a_reply()
    {
        using var peer = new PtyPeer();
        peer.Send("boot message\n"u8);
        using var transport = new SerialTransport(new SerialDescriptor(peer.Device));

        transport.Open();
        peer.Send("reply\n"u8);

        Assert.Equal("reply\n"u8, transport.ReadUntil("\n"u8, Patience));
    }
}
