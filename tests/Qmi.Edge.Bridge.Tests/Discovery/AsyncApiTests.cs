using System.Text.Json;

namespace Qmi.Edge.Bridge.Tests;

public class AsyncApiTests
{
    private static readonly string Text = GivenDescription.Write(BoxDescription.AsyncApi);
    private static readonly JsonElement Document = GivenDescription.Parse(Text);

    [Fact]
    public void AsyncAPIs_own_parser_finds_nothing_wrong() => Assert.Empty(Validators.AsyncApi(Text));

    [Fact]
    public void The_parser_would_find_what_is_wrong()
    {
        Assert.NotEmpty(Validators.AsyncApi(Text.Replace("\"action\":\"receive\"", "\"action\":\"hear\"", StringComparison.Ordinal)));
        Assert.NotEmpty(Validators.AsyncApi(Text.Replace("#/channels/lab.fire.reply\"", "#/channels/lab.fire.replies\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("box.state.document", "qmi/v1/box/box07/state")]
    [InlineData("box.health.document", "qmi/v1/box/box07/health")]
    [InlineData("lab.settings.document", "qmi/v1/box/box07/task/lab/settings")]
    [InlineData("lab.settings.push", "qmi/v1/box/box07/task/lab/push/{caller}")]
    [InlineData("lab.settings.ack", "qmi/v1/box/box07/task/lab/ack/{caller}")]
    [InlineData("lab.fired.signal", "qmi/v1/box/box07/task/lab/sig/fired")]
    [InlineData("gauge.lock.document", "qmi/v1/box/box07/instrument/gauge/lock")]
    [InlineData("gauge.lock", "qmi/v1/box/box07/call/{caller}/gauge/lock")]
    [InlineData("gauge.read_pressure", "qmi/v1/box/box07/get/{caller}/gauge/read_pressure")]
    [InlineData("lab.fire", "qmi/v1/box/box07/call/{caller}/lab/fire")]
    [InlineData("lab.zero", "qmi/v1/box/box07/admin/{caller}/lab/zero")]
    [InlineData("_box.whoami", "qmi/v1/box/box07/get/{caller}/_box/whoami")]
    public void Everything_on_MQTT_is_a_channel(string channel, string topic) =>
        Assert.Equal(topic, Document.GetProperty("channels").GetProperty(channel).GetProperty("address").GetString());

    [Fact]
    public void A_method_is_received_and_answered_where_the_request_says()
    {
        var operation = Document.GetProperty("operations").GetProperty("lab.fire");

        Assert.Equal("receive", operation.GetProperty("action").GetString());
        Assert.Equal("Fires.", operation.GetProperty("summary").GetString());
        Assert.Equal("$message.payload#/reply_to", operation.GetProperty("reply").GetProperty("address").GetProperty("location").GetString());
        Assert.Equal("#/channels/lab.fire.reply", operation.GetProperty("reply").GetProperty("channel").GetProperty("$ref").GetString());
        Assert.Equal(JsonValueKind.Null, Document.GetProperty("channels").GetProperty("lab.fire.reply").GetProperty("address").ValueKind);
        Assert.Equal(("call", "requires", false, 20_000), (
            operation.GetProperty("x-qmi-verb").GetString(),
            operation.GetProperty("x-qmi-lock").GetString(),
            operation.GetProperty("x-qmi-idempotent").GetBoolean(),
            operation.GetProperty("x-qmi-timeout-ms").GetInt32()));
    }

    [Fact]
    [Trait("rule", "MQTT-2.9.3")]
    public void Requests_replies_and_documents_carry_the_schemas_of_the_box()
    {
        var fire = Message("lab.fire", "request").GetProperty("payload").GetProperty("allOf")[1];
        Assert.Equal(["args"], fire.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(100, fire.GetProperty("properties").GetProperty("args").GetProperty("properties").GetProperty("count").GetProperty("maximum").GetInt32());
        var shot = Message("lab.fire.reply", "reply").GetProperty("payload").GetProperty("allOf")[1].GetProperty("properties").GetProperty("result");
        Assert.Equal("J", shot.GetProperty("properties").GetProperty("energy").GetProperty("unit").GetString());
        Assert.Equal("#/components/schemas/request", Message("lab.start", "request").GetProperty("payload").GetProperty("$ref").GetString());
        Assert.Equal("#/components/schemas/lab.settings", Message("lab.get_settings.reply", "reply").GetProperty("payload").GetProperty("allOf")[1].GetProperty("properties").GetProperty("result").GetProperty("$ref").GetString());
        Assert.Equal("K", Document.GetProperty("components").GetProperty("schemas").GetProperty("lab.status").GetProperty("properties").GetProperty("temperature").GetProperty("unit").GetString());
    }

    [Fact]
    public void Signals_are_sent_with_their_quality_of_service()
    {
        Assert.Equal(1, Qos("lab.fired.signal"));
        Assert.Equal(0, Qos("lab.level.signal"));
        Assert.Equal(1, Qos("lab.settings.document"));
        Assert.Equal("send", Document.GetProperty("operations").GetProperty("lab.level.signal").GetProperty("action").GetString());
        Assert.False(Document.GetProperty("channels").TryGetProperty("lab.status_updated.signal", out _));
    }

    [Fact]
    public void The_broker_is_named_when_it_is_known()
    {
        Assert.Equal("broker.lab:8883", Document.GetProperty("servers").GetProperty("broker").GetProperty("host").GetString());
        Assert.Equal("mqtt", Document.GetProperty("servers").GetProperty("broker").GetProperty("protocol").GetString());
        var encrypted = GivenDescription.Parse(GivenDescription.Write(BoxDescription.AsyncApi, GivenDescription.Options with { Tls = new MqttTls { CaFile = "ca" } }));
        Assert.Equal("secure-mqtt", encrypted.GetProperty("servers").GetProperty("broker").GetProperty("protocol").GetString());
        Assert.False(GivenDescription.Parse(GivenDescription.Write(BoxDescription.AsyncApi, new BridgeOptions())).TryGetProperty("servers", out _));
    }

    private static int Qos(string operation) =>
        Document.GetProperty("operations").GetProperty(operation).GetProperty("bindings").GetProperty("mqtt").GetProperty("qos").GetInt32();

    private static JsonElement Message(string channel, string message) =>
        Document.GetProperty("channels").GetProperty(channel).GetProperty("messages").GetProperty(message);
}
