using System.Text.Json;

namespace Qmi.Edge.Bridge.Tests;

public class ThingTests
{
    private static readonly string Text = GivenDescription.Write(BoxDescription.WebOfThings);
    private static readonly JsonElement Document = GivenDescription.Parse(Text);

    [Fact]
    [Trait("rule", "MQTT-2.9.3")]
    public void The_schema_of_the_W3C_finds_nothing_wrong() => Assert.Empty(Validators.Thing(Text));

    [Fact]
    public void The_schema_would_find_what_is_wrong()
    {
        Assert.NotEmpty(Validators.Thing(Text.Replace("\"invokeaction\"", "\"callaction\"", StringComparison.Ordinal)));
        Assert.NotEmpty(Validators.Thing(Text.Replace("https://www.w3.org/2022/wot/td/v1.1", "https://www.w3.org/2022/wot/td/v2.1", StringComparison.Ordinal)));
    }

    [Fact]
    public void Status_is_a_property_that_is_read_and_settings_one_that_is_written_too()
    {
        var status = Document.GetProperty("properties").GetProperty("lab.status");
        Assert.True(status.GetProperty("readOnly").GetBoolean());
        Assert.Equal("qmi/v1/box/box07/task/lab/status", status.GetProperty("forms")[0].GetProperty("mqv:filter").GetString());
        Assert.Equal("/values", status.GetProperty("forms")[0].GetProperty("qmi:value").GetString());
        Assert.Equal("mbar", status.GetProperty("properties").GetProperty("pressure").GetProperty("unit").GetString());

        var write = Document.GetProperty("properties").GetProperty("lab.settings").GetProperty("forms")[1];
        Assert.Equal("writeproperty", write.GetProperty("op")[0].GetString());
        Assert.Equal("qmi/v1/box/box07/call/{caller}/lab/set_settings", write.GetProperty("mqv:topic").GetString());
        Assert.Equal("/args/values", write.GetProperty("qmi:arguments").GetString());
    }

    [Fact]
    public void What_may_be_null_is_a_choice_of_two_types()
    {
        var temperature = Document.GetProperty("properties").GetProperty("lab.status").GetProperty("properties").GetProperty("temperature");

        Assert.Equal(["number", "null"], temperature.GetProperty("oneOf").EnumerateArray().Select(choice => choice.GetProperty("type").GetString()));
        Assert.Equal("K", temperature.GetProperty("oneOf")[0].GetProperty("unit").GetString());
    }

    [Fact]
    public void A_method_is_an_action_whose_form_says_where_the_answer_comes()
    {
        var action = Document.GetProperty("actions").GetProperty("lab.fire");
        var form = action.GetProperty("forms")[0];

        Assert.Equal(("publish", "qmi/v1/box/box07/call/{caller}/lab/fire", "1", "qmi/v1/box/box07/reply/{caller}/lab/fire", "/args", "/result", "requires"), (
            form.GetProperty("mqv:controlPacket").GetString(),
            form.GetProperty("mqv:topic").GetString(),
            form.GetProperty("mqv:qos").GetString(),
            form.GetProperty("qmi:replyTopic").GetString(),
            form.GetProperty("qmi:arguments").GetString(),
            form.GetProperty("qmi:result").GetString(),
            form.GetProperty("qmi:lock").GetString()));
        Assert.False(action.GetProperty("safe").GetBoolean());
        Assert.True(Document.GetProperty("actions").GetProperty("gauge.read_pressure").GetProperty("safe").GetBoolean());
    }

    [Fact]
    public void A_signal_is_an_event()
    {
        var form = Document.GetProperty("events").GetProperty("gauge.pressure").GetProperty("forms")[0];

        Assert.Equal("qmi/v1/box/box07/instrument/gauge/sig/pressure", form.GetProperty("mqv:filter").GetString());
        Assert.Equal("0", form.GetProperty("mqv:qos").GetString());
        Assert.Equal("mqtt://broker.lab:8883", form.GetProperty("href").GetString());
    }
}
