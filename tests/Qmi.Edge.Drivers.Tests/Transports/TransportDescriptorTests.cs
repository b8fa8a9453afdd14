using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers.Tests;

public sealed class TransportDescriptorTests
{
    [Theory]
    [InlineData("tcp:10.0.0.5:5025", "tcp:10.0.0.5:5025")]
    [InlineData("TCP:dmm.lab.local:0x13A1", "tcp:dmm.lab.local:5025")]
    [InlineData("tcp:host:5025:connect_timeout=10", "tcp:host:5025")]
    [InlineData("tcp:connect_timeout=0.5:host:5025", "tcp:host:5025:connect_timeout=0.5")]
    [InlineData("tcp:[2620:0:2d0:200::8]:5000", "tcp:[2620:0:2d0:200::8]:5000")]
    [InlineData("serial:/dev/ttyUSB0", "serial:/dev/ttyUSB0:baudrate=115200")]
    [InlineData("serial:/dev/ttyUSB0:baudrate=9600:databits=7:parity=E:stopbits=2:rtscts=True", "serial:/dev/ttyUSB0:baudrate=9600:databits=7:parity=E:stopbits=2:rtscts=True")]
    [InlineData("serial:/dev/ttyUSB0:bytesize=7:stopbits=1.0:parity=o", "serial:/dev/ttyUSB0:baudrate=115200:databits=7:parity=O")]
    [InlineData("serial:[/dev/serial/by-path/pci-0000:00:14.0-usb]:baudrate=250000", "serial:[/dev/serial/by-path/pci-0000:00:14.0-usb]:baudrate=250000")]
    public void A_descriptor_is_understood_and_its_text_leads_back_to_it(string text, string canonical)
    {
        var descriptor = TransportDescriptor.Parse(text);

        Assert.Equal(canonical, descriptor.ToString());
        Assert.Equal(descriptor, TransportDescriptor.Parse(canonical));
    }

    [Theory]
    [InlineData("tcp:host:5025:conect_timeout=10", "no parameter \"conect_timeout\" (did you mean \"connect_timeout\"?)")]
    [InlineData("serial:/dev/ttyS0:boud=9600", "did you mean \"baudrate\"?")]
    [InlineData("tcpp:host:5025", "no kind \"tcpp\" (did you mean \"tcp\"?)")]
    [InlineData("tcp:host", "the port is missing")]
    [InlineData("tcp:host:70000", "no whole number from 1 to 65535")]
    [InlineData("tcp:host:-1", "no whole number from 1 to 65535")]
    [InlineData("tcp:host:5025:6", "\"6\" is one value too many after host, port")]
    [InlineData("tcp:host:5025:connect_timeout=soon", "no number from 0.001 to 3600")]
    [InlineData("tcp:host:5025:connect_timeout=1:connect_timeout=2", "connect_timeout is given twice")]
    [InlineData("tcp::5025", "a part between two colons is empty")]
    [InlineData("tcp:host:5025:", "a part between two colons is empty")]
    [InlineData("tcp:[::1:5025", "a square bracket is not closed")]
    [InlineData("tcp:[::1]x:5025", "follows a closing bracket")]
    [InlineData("10.0.0.5", "begins with a kind and a colon")]
    [InlineData("", "begins with a kind and a colon")]
    [InlineData("serial:ttyUSB0", "no absolute path")]
    [InlineData("serial:/dev/ttyS0:parity=X", "none of N, E, O")]
    [InlineData("serial:/dev/ttyS0:stopbits=1.5", "none of 1, 2")]
    [InlineData("serial:/dev/ttyS0:databits=9", "no whole number from 5 to 8")]
    [InlineData("serial:/dev/ttyS0:databits=8:bytesize=8", "two names of one thing")]
    [InlineData("usbtmc:0x0957:0x17a6:MY123", "known but not built")]
    [InlineData("udp:host:5025", "known but not built")]
    [InlineData("vxi11:host", "known but not built")]
    [InlineData("gpib:14", "known but not built")]
    [InlineData("i2c:1:0x48", "known but not built")]
    [InlineData("spi:0.0:mode=0", "known but not built")]
    [InlineData("gpio:gpiochip0:17", "known but not built")]
    public void What_is_wrong_is_named_and_nothing_is_ignored(string text, string expected)
    {
        var wrong = Assert.Throws<QmiException>(() => TransportDescriptor.Parse(text));

        Assert.Equal(ErrorCode.BadArgs, wrong.Code);
        Assert.StartsWith($"Transport \"{text}\": ", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(expected, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_gives_defaults_that_the_text_overrides()
    {
        var defaults = new Dictionary<string, string> { ["port"] = "5025", ["baudrate"] = "9600" };

        Assert.Equal(new TcpDescriptor("host", 5025), TransportDescriptor.Parse("tcp:host", defaults));
        Assert.Equal(new TcpDescriptor("host", 111), TransportDescriptor.Parse("tcp:host:111", defaults));
        Assert.Equal(new SerialDescriptor("/dev/ttyS0") { BaudRate = 9600 }, TransportDescriptor.Parse("serial:/dev/ttyS0", defaults));
    }
}
