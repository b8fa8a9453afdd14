using System.Text.Json;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>The templates, rendered by what Home Assistant renders them with.</summary>
public class HomeAssistantTemplateTests
{
    private const string Status = """
        {"v":1,"boot":"01K","seq":7,"ts":"2026-09-21T12:34:56.123456Z","values":{"temperature":4.2,"pressure":1e-7,"deviation":-0.5,"free":9007199254740993,"shots":3,"is_cold":true,
         "shape":"flat_top","last":"2026-09-21T12:34:56.123456Z","message":"it's \"cold\"","beam":{"position":1.5,"is_open":false},"trace":[1]}}
        """;

    private const string Unknown = """
        {"v":1,"boot":"01K","seq":8,"ts":"2026-09-21T12:34:56.123456Z","values":{"temperature":null,"pressure":0,"deviation":0,"free":0,"shots":0,"is_cold":false,"shape":"gaussian","last":null,"message":"","beam":null,"trace":[]}}
        """;

    private const string NoStatus = """{"v":1,"boot":"01K","seq":1,"ts":"2026-09-21T12:34:56.123456Z","values":null}""";

    private const string Settings = """
        {"v":1,"boot":"01K","seq":3,"head_rev":4,"reported":{"rev":4,"values":{"setpoint":4.2,"averages":3,"hold_for":null,"interlock":true,"shape":"flat_top","beam":{"power":10,"enabled":false}},"by":"ha","at":"2026-09-21T12:34:56.123456Z"},"pending":null}
        """;

    private const string NoSettings = """{"v":1,"boot":"01K","seq":1,"head_rev":0,"reported":null,"pending":null}""";

    private static readonly JsonElement Document = GivenDescription.Parse(GivenDescription.Write(BoxDescription.HomeAssistant));

    [Fact]
    public void A_status_becomes_a_state_and_what_is_not_known_becomes_None()
    {
        (string Component, string Known, string Unknown, string None)[] cases =
        [
            ("sensor.temperature", "4.2", "None", "None"),
            ("sensor.pressure", "1e-07", "0", "None"),
            ("sensor.free", "9007199254740993", "0", "None"),
            ("binary_sensor.is_cold", "True", "False", "None"),
            ("sensor.shape", "flat_top", "gaussian", "None"),
            ("sensor.last", "2026-09-21T12:34:56.123456Z", "None", "None"),
            ("sensor.message", "it's \"cold\"", "", "None"),
            ("sensor.beam.position", "1.5", "None", "None"),
            ("binary_sensor.beam.is_open", "False", "None", "None"),
        ];

        var rendered = Validators.RenderValues(cases.SelectMany(one => new[] { Status, Unknown, NoStatus }.Select(payload => (Template("lab." + one.Component, "value_template"), payload))));

        Assert.Equal(cases.SelectMany(one => new[] { one.Known, one.Unknown, one.None }), rendered);
    }

    [Fact]
    public void Settings_become_states()
    {
        (string Component, string Expected)[] cases =
        [
            ("number.setpoint", "4.2"),
            ("number.hold_for", "None"),
            ("switch.interlock", "True"),
            ("switch.beam.enabled", "False"),
            ("select.shape", "flat_top"),
            ("number.beam.power", "10"),
        ];

        var rendered = Validators.RenderValues(cases.SelectMany(one => new[] { Settings, NoSettings }.Select(payload => (Template("lab." + one.Component, "value_template"), payload))));

        Assert.Equal(cases.SelectMany(one => new[] { one.Expected, "None" }), rendered);
    }

    [Fact]
    public void A_command_becomes_a_request()
    {
        (string Component, string Value, string Expected)[] cases =
        [
            ("number.setpoint", "4.25", """{"args":{"values":{"setpoint":4.25}}}"""),
            ("number.averages", "5", """{"args":{"values":{"averages":5}}}"""),
            ("number.beam.power", "1e-05", """{"args":{"values":{"beam":{"power":1e-05}}}}"""),
            ("select.shape", "\"flat_top\"", """{"args":{"values":{"shape":"flat_top"}}}"""),
            ("switch.interlock", "\"true\"", """{"args":{"values":{"interlock":true}}}"""),
            ("switch.beam.enabled", "\"false\"", """{"args":{"values":{"beam":{"enabled":false}}}}"""),
        ];

        var requests = Validators.RenderCommands(cases.Select(one => (Template("lab." + one.Component, "command_template"), one.Value)));

        Assert.Equal(cases.Select(one => one.Expected), requests);
        Assert.All(requests, request => Assert.Equal(JsonValueKind.Object, GivenDescription.Parse(request).ValueKind));
    }

    [Fact]
    public void Switches_and_flags_are_told_by_what_Jinja_makes_of_true_and_false()
    {
        var (flag, toggle) = (Component("lab.binary_sensor.is_cold"), Component("lab.switch.interlock"));

        Assert.Equal(("True", "False"), (flag.GetProperty("payload_on").GetString(), flag.GetProperty("payload_off").GetString()));
        Assert.Equal(("True", "False", "true", "false"), (
            toggle.GetProperty("state_on").GetString(), toggle.GetProperty("state_off").GetString(), toggle.GetProperty("payload_on").GetString(), toggle.GetProperty("payload_off").GetString()));
    }

    [Fact]
    public void The_box_is_available_while_it_is_there()
    {
        var availability = Document.GetProperty("availability")[0];
        var template = availability.GetProperty("value_template").GetString()!;
        string[] states = ["online", "degraded", "starting", "stopping", "offline", "lost", "moved"];

        Assert.Equal("qmi/v1/box/box07/state", availability.GetProperty("topic").GetString());
        Assert.Equal(
            ["online", "online", "offline", "offline", "offline", "offline", "offline"],
            Validators.RenderValues(states.Select(state => (template, $$"""{"state":"{{state}}"}"""))));
    }

    private static JsonElement Component(string id) => Document.GetProperty("cmps").GetProperty(id);

    private static string Template(string id, string name) => Component(id).GetProperty(name).GetString()!;
}
