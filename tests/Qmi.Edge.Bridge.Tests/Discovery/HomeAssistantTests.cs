using System.Text.Json;

namespace Qmi.Edge.Bridge.Tests;

public class HomeAssistantTests
{
    private static readonly JsonElement Document = GivenDescription.Parse(GivenDescription.Write(BoxDescription.HomeAssistant));

    [Fact]
    [Trait("rule", "MQTT-2.9.2")]
    public void The_document_keeps_the_rules_of_Home_Assistant() => Assert.Empty(HomeAssistantRules.FindMistakes(Document));

    [Fact]
    public void Every_platform_is_there_and_every_scalar_of_the_status() =>
        Assert.Equal(
            [
                "lab.sensor._state", "lab.sensor.temperature", "lab.sensor.pressure", "lab.sensor.deviation", "lab.sensor.free", "lab.sensor.shots",
                "lab.binary_sensor.is_cold", "lab.sensor.shape", "lab.sensor.last", "lab.sensor.message", "lab.sensor.beam.position", "lab.binary_sensor.beam.is_open",
                "lab.number.setpoint", "lab.number.averages", "lab.number.hold_for", "lab.switch.interlock", "lab.select.shape",
                "lab.number.beam.power", "lab.switch.beam.enabled", "lab.button.start", "lab.button.stop", "lab.button.restart",
            ],
            Document.GetProperty("cmps").EnumerateObject().Select(component => component.Name).Where(name => name.StartsWith("lab.", StringComparison.Ordinal)));

    [Fact]
    public void A_measured_value_has_its_unit_its_class_and_an_end() =>
        Assert.Equal(
            """{"p":"sensor","unique_id":"qmi_box07.lab.sensor.temperature","name":"Lab temperature","state_topic":"qmi/v1/box/box07/task/lab/status","value_template":"{{ value_json['values']['temperature'] if value_json['values'] else none }}","expire_after":35,"unit_of_measurement":"K","device_class":"temperature","state_class":"measurement"}""",
            Component("lab.sensor.temperature").GetRawText());

    [Fact]
    public void A_bounded_setting_is_a_number_that_pushes_itself_and_leaves_the_others() =>
        Assert.Equal(
            """{"p":"number","unique_id":"qmi_box07.lab.number.setpoint","name":"Lab setpoint","entity_category":"config","state_topic":"qmi/v1/box/box07/task/lab/settings","value_template":"{{ value_json['reported']['values']['setpoint'] if value_json['reported'] and value_json['reported']['values'] else none }}","command_topic":"qmi/v1/box/box07/call/ha/lab/set_settings","command_template":"{\"args\":{\"values\":{\"setpoint\":{{ value }}}}}","qos":1,"retain":false,"min":0.01,"max":400,"step":0.01,"mode":"box","unit_of_measurement":"K","device_class":"temperature"}""",
            Component("lab.number.setpoint").GetRawText());

    [Fact]
    public void A_button_is_a_request_without_arguments() =>
        Assert.Equal(
            """{"p":"button","unique_id":"qmi_box07.stage-2.button.stop","name":"Stage-2 stop","command_topic":"qmi/v1/box/box07/call/ha/stage-2/stop","payload_press":"{}","qos":1,"retain":false}""",
            Component("stage-2.button.stop").GetRawText());

    [Theory]
    [InlineData("a", "b_c", "a_b", "c")]
    [InlineData("a", "b-sensor", "a", "b")]
    public void No_two_things_of_a_fleet_have_one_id(string box, string task, string otherBox, string otherTask)
    {
        string IdOf(string box, string task, params string[] path) => (string)new HomeAssistantEntity(EntityName.Id(task, "sensor", path), "sensor", []).ToNode(HomeAssistantDevice.IdOf(box))["unique_id"]!;

        Assert.NotEqual(IdOf(box, task, "x"), IdOf(otherBox, otherTask, "x"));
        Assert.NotEqual(IdOf(box, task, "x"), IdOf(otherBox, otherTask, "sensor", "x"));
    }

    [Theory]
    [InlineData("lab.sensor.pressure", "mbar", "pressure", "measurement")]
    [InlineData("lab.sensor.deviation", "%", null, "measurement")]
    [InlineData("lab.sensor.free", "B", "data_size", "measurement")]
    [InlineData("lab.sensor.shots", null, null, null)]
    [InlineData("lab.sensor.shape", null, "enum", null)]
    [InlineData("lab.sensor.last", null, "timestamp", null)]
    [InlineData("lab.sensor.message", null, null, null)]
    public void The_unit_and_the_type_tell_the_class(string component, string? unit, string? deviceClass, string? stateClass) =>
        Assert.Equal((unit, deviceClass, stateClass), (Text(component, "unit_of_measurement"), Text(component, "device_class"), Text(component, "state_class")));

    [Fact]
    public void Every_class_that_a_unit_tells_is_one_that_Home_Assistant_takes_with_it()
    {
        string[] units =
        [
            "K", "Cel", "°C", "degC", "[degF]", "°F", "V", "mV", "A", "mA", "W", "kW", "Hz", "kHz", "MHz", "GHz", "Pa", "hPa", "kPa", "bar", "mbar", "psi", "[psi]", "ms", "s", "min", "h", "d",
            "mm", "cm", "m", "km", "mg", "g", "kg", "mL", "ml", "L", "l", "m3", "L/min", "l/min", "m3/h", "m/s", "mm/s", "km/h", "lx", "W/m2", "dBm", "B", "By", "kBy", "MBy", "GBy", "KiBy", "MiBy", "GiBy",
        ];

        foreach (var unit in units)
            Assert.True(HomeAssistantUnit.Of(unit) is { DeviceClass: { } deviceClass, Symbol: var symbol } && HomeAssistantRules.Belongs(symbol, deviceClass), unit);
        foreach (var unit in new[] { "%", "deg", "Ohm", "us", "K/min", "furlong" })
            Assert.Null(HomeAssistantUnit.Of(unit)!.Value.DeviceClass);
        Assert.Null(HomeAssistantUnit.Of("1"));
        Assert.Null(HomeAssistantUnit.Of(null));
    }

    [Fact]
    public void Without_a_user_there_are_values_and_no_controls()
    {
        var document = GivenDescription.Parse(GivenDescription.Write(BoxDescription.HomeAssistant, GivenDescription.Options with { HomeAssistant = new HomeAssistantOptions() }));

        Assert.Equal(["binary_sensor", "sensor"], document.GetProperty("cmps").EnumerateObject().Select(component => component.Value.GetProperty("p").GetString()).Distinct().Order());
        Assert.DoesNotContain("command_topic", document.GetRawText());
    }

    [Fact]
    public void A_setting_that_Home_Assistant_could_not_set_rightly_is_not_offered()
    {
        var names = Document.GetProperty("cmps").EnumerateObject().Select(component => component.Name).ToArray();

        foreach (var setting in new[] { "wavelength", "operator", "unbounded", "ramp", "counters", "password" })
            Assert.DoesNotContain(names, name => name.EndsWith("-" + setting, StringComparison.Ordinal));
        Assert.DoesNotContain("password", Document.GetRawText());
    }

    [Theory]
    [InlineData(1, 400, "295", 0.1)]
    [InlineData(0, 100, null, 0.01)]
    [InlineData(0, 1000, "20", 0.1)]
    [InlineData(0.001, 100, "0.5", 0.001)]
    [InlineData(0, 1e9, "0", 1.0)]
    [InlineData(0, 1e9, "0.25", 0.01)]
    [InlineData(0, 0.0005, null, null)]
    [InlineData(5, 5, null, null)]
    public void The_step_of_a_number_reaches_its_limits_and_its_default(double minimum, double maximum, string? usual, double? expected) =>
        Assert.Equal(expected, NumberStep.Of(minimum, maximum, usual, isInteger: false));

    [Fact]
    public void The_step_of_a_whole_number_is_one()
    {
        Assert.Equal(1, NumberStep.Of(0, 10, null, isInteger: true));
        Assert.Null(NumberStep.Of(3, 3, null, isInteger: true));
    }

    [Fact]
    public void What_is_no_more_is_removed_by_its_platform_alone()
    {
        var document = GivenDescription.Parse(HomeAssistantDevice.Create(GivenDescription.Box(), [("old.sensor.a", "sensor"), ("old.button.b", "button")]).ToJsonString());

        Assert.Equal("""{"p":"sensor"}""", document.GetProperty("cmps").GetProperty("old.sensor.a").GetRawText());
        Assert.Equal("""{"p":"button"}""", document.GetProperty("cmps").GetProperty("old.button.b").GetRawText());
        Assert.Empty(HomeAssistantRules.FindMistakes(document));
    }

    private static JsonElement Component(string id) => Document.GetProperty("cmps").GetProperty(id);

    private static string? Text(string component, string name) => Component(component).TryGetProperty(name, out var value) ? value.GetString() : null;
}
