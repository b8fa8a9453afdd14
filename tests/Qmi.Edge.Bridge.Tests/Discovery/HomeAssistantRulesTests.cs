using System.Text.Json.Nodes;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Rules that let everything pass would prove nothing: each finds the mistake that it is for.</summary>
public class HomeAssistantRulesTests
{
    private const string Sensor = "lab.sensor.temperature";
    private const string Number = "lab.number.setpoint";
    private const string Button = "lab.button.stop";

    [Theory]
    [InlineData(Sensor, "p", "\"sensors\"", "no platform that is known")]
    [InlineData(Sensor, "state_topic", null, "state_topic is missing")]
    [InlineData(Sensor, "unique_id", null, "unique_id is missing")]
    [InlineData(Sensor, "unique_id", "\"qmi_box07.lab.sensor.pressure\"", "two components have one unique_id")]
    [InlineData(Sensor, "colour", "\"red\"", "colour is not known")]
    [InlineData(Sensor, "name", "5", "name is no text")]
    [InlineData(Sensor, "unit_of_measurement", "null", "unit_of_measurement is no text")]
    [InlineData(Sensor, "unit_of_measurement", "\"V\"", "V is no unit of temperature")]
    [InlineData(Sensor, "state_class", "\"measured\"", "the state class is measured")]
    [InlineData(Sensor, "options", "[\"a\"]", "options and the device class enum belong together")]
    [InlineData("lab.sensor.shape", "options", "[]", "options and the device class enum belong together")]
    [InlineData("lab.sensor.shape", "options", "[1]", "options are texts")]
    [InlineData("lab.sensor.last", "state_class", "\"measurement\"", "timestamp has neither state class nor unit")]
    [InlineData(Sensor, "entity_category", "\"config\"", "the category config is not for a sensor")]
    [InlineData(Sensor, "expire_after", "3.5", "expire_after is a number of whole seconds")]
    [InlineData(Sensor, "expire_after", "0", "expire_after is a number of whole seconds")]
    [InlineData(Sensor, "state_topic", "\"a/+/b\"", "state_topic is no topic")]
    [InlineData(Sensor, "state_topic", "\"\"", "state_topic is no topic")]
    [InlineData(Sensor, "state_topic", "\"a\\u0001b\"", "state_topic is no topic")]
    [InlineData(Sensor, "state_topic", "\"a\\u0085b\"", "state_topic is no topic")]
    [InlineData(Sensor, "state_topic", "\"a\\ufdd0b\"", "state_topic is no topic")]
    [InlineData(Sensor, "state_topic", "\"a\\ud83f\\udfffb\"", "state_topic is no topic")]
    [InlineData(Number, "min", "400", "max must be above min")]
    [InlineData(Number, "step", "0.0001", "no step may be below a thousandth")]
    [InlineData(Number, "mode", "\"dial\"", "there is no such mode")]
    [InlineData(Button, "command_topic", "\"a/#\"", "command_topic is no topic")]
    [InlineData(Button, "qos", "3", "qos is 0, 1 or 2")]
    [InlineData(Button, "retain", "\"perhaps\"", "retain is true or false")]
    [InlineData("lab.select.shape", "options", "[]", "no options")]
    public void A_mistake_in_an_entity_is_found(string component, string member, string? value, string mistake) =>
        AssertFound(mistake, document => Set(document["cmps"]![component]!, member, value));

    [Theory]
    [InlineData("dev", "ids", "[]", "at least one identifier is needed")]
    [InlineData("dev", "ids", "[7]", "ids are texts")]
    [InlineData("dev", "colour", "\"red\"", "colour is not known")]
    [InlineData("dev", "sw", "null", "sw is no text")]
    [InlineData("o", "name", null, "name is missing")]
    public void A_mistake_in_the_head_is_found(string part, string member, string? value, string mistake) =>
        AssertFound(mistake, document => Set(document[part]!, member, value));

    [Fact]
    public void A_mistake_in_where_it_is_told_that_the_box_is_there_is_found()
    {
        AssertFound("topic is missing", document => ((JsonObject)document["availability"]![0]!).Remove("topic"));
        AssertFound("topic is no topic", document => document["availability"]![0]!["topic"] = "a/#");
    }

    [Theory]
    [InlineData("homeassistant/device/qmi_box07/config", true)]
    [InlineData("homeassistant/device/node/qmi_box07/config", true)]
    [InlineData("homeassistant/device/qmi box/config", false)]
    [InlineData("homeassistant/device/qmi.box/config", false)]
    public void A_topic_that_is_not_looked_at_is_told_from_one_that_is(string topic, bool isLookedAt) => Assert.Equal(isLookedAt, HomeAssistantRules.IsDiscoveryTopic(topic));

    private static void AssertFound(string mistake, Action<JsonNode> spoil)
    {
        var document = JsonNode.Parse(GivenDescription.Write(BoxDescription.HomeAssistant))!;
        spoil(document);

        Assert.Contains(HomeAssistantRules.FindMistakes(GivenDescription.Parse(document.ToJsonString())), found => found.Contains(mistake));
    }

    private static void Set(JsonNode target, string member, string? value)
    {
        if (value is null)
            ((JsonObject)target).Remove(member);
        else
            target[member] = JsonNode.Parse(value);
    }
}
