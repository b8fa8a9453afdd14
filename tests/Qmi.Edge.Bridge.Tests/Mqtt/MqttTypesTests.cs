using System.Text;

namespace Qmi.Edge.Bridge.Tests;

public sealed class MqttTypesTests
{
    [Fact]
    public void User_properties_are_walked_in_their_order_and_found_by_name()
    {
        var properties = new MqttUserProperties(MqttUserProperties.Encode(("a", "1"), ("b", ""), ("a", "zwei")));

        var text = new StringBuilder();
        foreach (var property in properties)
            text.Append(Encoding.UTF8.GetString(property.Name)).Append('=').Append(Encoding.UTF8.GetString(property.Value)).Append(';');

        Assert.Equal("a=1;b=;a=zwei;", text.ToString());
        Assert.True(properties.TryGetValue("a"u8, out var first));
        Assert.Equal("1"u8, first);
        Assert.False(properties.TryGetValue("c"u8, out _));
    }

    [Fact]
    public void A_user_property_that_does_not_fit_leaves_the_buffer_as_it_was()
    {
        var written = 0;
        var buffer = new byte[10];
        Assert.True(MqttUserProperties.TryAppend(buffer, ref written, "ab"u8, "c"u8));
        Assert.False(MqttUserProperties.TryAppend(buffer, ref written, ""u8, ""u8));
        Assert.Equal(7, written);
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0, 1 })]
    [InlineData(new byte[] { 0, 1, 65 })]
    [InlineData(new byte[] { 0, 1, 65, 0, 5, 65 })]
    public void Bytes_that_are_no_user_properties_are_an_error(byte[] bytes) => Assert.Throws<ArgumentException>(() =>
    {
        foreach (var property in new MqttUserProperties(bytes))
            _ = property;
    });

    [Theory]
    [InlineData("a/b", true)]
    [InlineData("#", true)]
    [InlineData("+", true)]
    [InlineData("a/+/b/#", true)]
    [InlineData("$share/group/a/+", true)]
    [InlineData("", false)]
    [InlineData("a#", false)]
    [InlineData("a/#/b", false)]
    [InlineData("a+/b", false)]
    [InlineData("+a", false)]
    [InlineData("a\0", false)]
    public void Filters_follow_the_rules(string filter, bool isValid)
    {
        var thrown = Record.Exception(() => MqttFilter.ThrowIfInvalid(filter));
        Assert.Equal(isValid, thrown is null);
        Assert.True(thrown is null or ArgumentException);
    }

    [Fact]
    [Trait("rule", "MQTT-3.23")]
    public void Text_that_is_not_utf_8_is_an_error_of_the_caller() =>
        Assert.Throws<ArgumentException>(() => new MqttPublication { Topic = "t"u8, ContentType = [0xC3, 0x28] }.ThrowIfInvalid());

    [Fact]
    public void Every_reason_has_its_words() =>
        Assert.All(Enum.GetValues<MqttReason>(), reason => Assert.DoesNotContain("0x", reason.GetText(), StringComparison.Ordinal));

    public static TheoryData<Func<MqttOptions, MqttOptions>> WrongOptions => new(
        options => options with { Host = "" },
        options => options with { ClientId = "" },
        options => options with { Port = 0 },
        options => options with { Port = 65_536 },
        options => options with { Password = "alone" },
        options => options with { KeepAlive = TimeSpan.FromSeconds(4) },
        options => options with { ConnectTimeout = TimeSpan.Zero },
        options => options with { ReceiveMaximum = 0 },
        options => options with { MaximumPacketSize = 0 },
        options => options with { MaximumInFlight = 1001 },
        options => options with { OutboxBytes = 100 },
        options => options with { SessionExpiry = TimeSpan.FromSeconds(-1) },
        options => options with { MaximumReconnectDelay = TimeSpan.FromMilliseconds(1) },
        options => options with { ProtocolVersion = (MqttProtocolVersion)3 },
        options => options with { Tls = new MqttTls { CaFile = "ca.pem", KeyFile = "alone.key" } });

    [Theory]
    [MemberData(nameof(WrongOptions), DisableDiscoveryEnumeration = true)]
    public void An_option_out_of_its_range_is_named(Func<MqttOptions, MqttOptions> spoil)
    {
        var options = new MqttOptions { Host = "broker", ClientId = "client" };
        options.ThrowIfInvalid();
        Assert.ThrowsAny<ArgumentException>(() => spoil(options).ThrowIfInvalid());
    }

    [Fact]
    public void Options_in_a_log_do_not_show_the_password() =>
        Assert.DoesNotContain("secret", $"{new MqttOptions { Host = "broker", ClientId = "client", UserName = "user", Password = "secret" }}", StringComparison.Ordinal);
}
