using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>
/// What Home Assistant demands of a device discovery document, written down from its own schemas (homeassistant.components.mqtt: schemas, sensor,
/// binary_sensor, number, select, switch, button; homeassistant.components.sensor.const): 2024.11 to 2026. It leaves an entity or the
/// document out that breaks most of these, and drops or mends what breaks the others: keys that it does not know, a unit of another class.
/// </summary>
internal static partial class HomeAssistantRules
{
    private static readonly string[] Entity = ["p", "unique_id", "name", "entity_category", "device_class", "qos"];

    private static readonly Dictionary<string, (string[] Required, string[] Allowed)> Platforms = new()
    {
        ["sensor"] = (["state_topic"], ["state_topic", "value_template", "expire_after", "unit_of_measurement", "state_class", "options"]),
        ["binary_sensor"] = (["state_topic"], ["state_topic", "value_template", "expire_after", "payload_on", "payload_off"]),
        ["number"] = (["command_topic", "min", "max", "step"], ["state_topic", "value_template", "command_topic", "command_template", "retain", "min", "max", "step", "mode", "unit_of_measurement"]),
        ["select"] = (["command_topic", "options"], ["state_topic", "value_template", "command_topic", "command_template", "retain", "options"]),
        ["switch"] = (["command_topic"], ["state_topic", "value_template", "command_topic", "command_template", "retain", "payload_on", "payload_off", "state_on", "state_off"]),
        ["button"] = (["command_topic"], ["command_topic", "payload_press", "retain"]),
    };

    // Device class -> its units. Every class here may have the state class "measurement".
    private static readonly Dictionary<string, string[]> Units = new()
    {
        ["temperature"] = ["°C", "°F", "K"],
        ["voltage"] = ["V", "mV"],
        ["current"] = ["A", "mA"],
        ["power"] = ["W", "kW"],
        ["frequency"] = ["Hz", "kHz", "MHz", "GHz"],
        ["pressure"] = ["Pa", "hPa", "kPa", "bar", "cbar", "mbar", "mmHg", "inHg", "psi"],
        ["duration"] = ["d", "h", "min", "s", "ms"],
        ["distance"] = ["km", "m", "cm", "mm"],
        ["weight"] = ["kg", "g", "mg"],
        ["volume_storage"] = ["L", "mL", "m³"],
        ["volume_flow_rate"] = ["m³/h", "L/min"],
        ["speed"] = ["m/s", "km/h", "mm/s"],
        ["illuminance"] = ["lx"],
        ["irradiance"] = ["W/m²"],
        ["signal_strength"] = ["dB", "dBm"],
        ["data_size"] = ["B", "kB", "MB", "GB", "KiB", "MiB", "GiB"],
    };

    // Members that are text; all others have rules of their own.
    private static readonly string[] Texts =
    [
        "p", "unique_id", "entity_category", "device_class", "state_topic", "value_template", "unit_of_measurement", "state_class", "command_topic", "command_template",
        "mode", "payload_on", "payload_off", "state_on", "state_off", "payload_press", "mf", "mdl", "sn", "sw", "hw", "url", "topic", "payload_available", "payload_not_available",
    ];

    /// <summary>The platforms that a document may have.</summary>
    public static IEnumerable<string> Names => Platforms.Keys;

    /// <summary>Whether a unit belongs to a device class.</summary>
    public static bool Belongs(string unit, string deviceClass) => Units.TryGetValue(deviceClass, out var units) && units.Contains(unit);

    /// <summary>Whether a document is looked for on a topic.</summary>
    public static bool IsDiscoveryTopic(string topic) => DiscoveryTopic().IsMatch(topic);

    /// <summary>Everything that is wrong with a document.</summary>
    public static List<string> FindMistakes(JsonElement document)
    {
        var mistakes = new List<string>();
        Keys(mistakes, "document", document, ["dev", "o", "cmps"], ["availability"]);
        Keys(mistakes, "dev", document.GetProperty("dev"), ["ids"], ["name", "mf", "mdl", "sn", "sw", "hw"]);
        Keys(mistakes, "o", document.GetProperty("o"), ["name"], ["sw", "url"]);
        foreach (var availability in document.GetProperty("availability").EnumerateArray())
            Keys(mistakes, "availability", availability, ["topic"], ["value_template", "payload_available", "payload_not_available"]);
        if (document.GetProperty("dev").GetProperty("ids").GetArrayLength() == 0)
            mistakes.Add("dev: at least one identifier is needed");
        foreach (var component in document.GetProperty("cmps").EnumerateObject())
            Check(mistakes, component.Name, component.Value);
        var ids = document.GetProperty("cmps").EnumerateObject().Select(component => Text(component.Value, "unique_id")).OfType<string>().ToArray();
        if (ids.Distinct().Count() != ids.Length)
            mistakes.Add("two components have one unique_id");
        return mistakes;
    }

    private static void Check(List<string> mistakes, string id, JsonElement component)
    {
        if (Text(component, "p") is not { } platform || !Platforms.TryGetValue(platform, out var keys))
        {
            mistakes.Add($"{id}: no platform that is known");
            return;
        }

        // With its platform alone it is removed.
        if (component.EnumerateObject().Count() == 1)
            return;
        Keys(mistakes, id, component, ["p", "unique_id", .. keys.Required], [.. Entity, .. keys.Allowed]);
        if (component.TryGetProperty("qos", out var qos) && !(qos.TryGetInt32(out var level) && level is 0 or 1 or 2))
            mistakes.Add($"{id}: qos is 0, 1 or 2");
        if (component.TryGetProperty("retain", out var retain) && retain.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            mistakes.Add($"{id}: retain is true or false");
        if (Text(component, "entity_category") is { } category && category != (platform is "number" or "select" or "switch" ? "config" : "diagnostic"))
            mistakes.Add($"{id}: the category {category} is not for a {platform}");
        switch (platform)
        {
            case "sensor":
                CheckSensor(mistakes, id, component);
                break;
            case "number":
                CheckNumber(mistakes, id, component);
                break;
            case "select" when component.GetProperty("options").GetArrayLength() == 0:
                mistakes.Add($"{id}: no options");
                break;
        }
    }

    private static void CheckSensor(List<string> mistakes, string id, JsonElement component)
    {
        CheckUnit(mistakes, id, component);
        var (deviceClass, stateClass) = (Text(component, "device_class"), Text(component, "state_class"));
        if (stateClass is not (null or "measurement"))
            mistakes.Add($"{id}: the state class is {stateClass}");
        var hasOptions = component.TryGetProperty("options", out var options);
        if (hasOptions != (deviceClass == "enum") || (hasOptions && options.GetArrayLength() == 0))
            mistakes.Add($"{id}: options and the device class enum belong together");
        if (deviceClass is "enum" or "timestamp" && (stateClass is not null || component.TryGetProperty("unit_of_measurement", out _)))
            mistakes.Add($"{id}: {deviceClass} has neither state class nor unit");
        if (component.TryGetProperty("expire_after", out var expiry) && !(expiry.TryGetInt32(out var seconds) && seconds > 0))
            mistakes.Add($"{id}: expire_after is a number of whole seconds");
    }

    private static void CheckNumber(List<string> mistakes, string id, JsonElement component)
    {
        CheckUnit(mistakes, id, component);
        var (minimum, maximum, step) = (component.GetProperty("min").GetDouble(), component.GetProperty("max").GetDouble(), component.GetProperty("step").GetDouble());
        if (minimum >= maximum)
            mistakes.Add($"{id}: max must be above min");
        if (step < 1e-3)
            mistakes.Add($"{id}: no step may be below a thousandth");
        if (Text(component, "mode") is not (null or "auto" or "box" or "slider"))
            mistakes.Add($"{id}: there is no such mode");
    }

    private static void CheckUnit(List<string> mistakes, string id, JsonElement component)
    {
        if (Text(component, "device_class") is not { } deviceClass || deviceClass is "enum" or "timestamp")
            return;
        if (Text(component, "unit_of_measurement") is not { } unit || !Belongs(unit, deviceClass))
            mistakes.Add($"{id}: {Text(component, "unit_of_measurement")} is no unit of {deviceClass}");
    }

    private static void Keys(List<string> mistakes, string place, JsonElement value, string[] required, string[] allowed)
    {
        mistakes.AddRange(required.Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{place}: {name} is missing"));
        foreach (var member in value.EnumerateObject())
        {
            if (!required.Contains(member.Name) && !allowed.Contains(member.Name))
                mistakes.Add($"{place}: {member.Name} is not known");
            // Of an entity without a name of its own the name may be null.
            else if ((Texts.Contains(member.Name) && member.Value.ValueKind != JsonValueKind.String) || (member.Name == "name" && member.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null)))
                mistakes.Add($"{place}: {member.Name} is no text");
            else if (member.Name is "options" or "ids" && !member.Value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
                mistakes.Add($"{place}: {member.Name} are texts");
            else if ((member.Name == "topic" || member.Name.EndsWith("_topic", StringComparison.Ordinal)) && !IsTopic(member.Value.GetString()!))
                mistakes.Add($"{place}: {member.Name} is no topic");
        }
    }

    // Control characters and what Unicode says is no character are refused as well.
    private static bool IsTopic(string topic) =>
        Encoding.UTF8.GetByteCount(topic) is > 0 and <= 65535
        && topic.EnumerateRunes().All(rune => !Rune.IsControl(rune) && rune.Value is not ('+' or '#' or (>= 0xFDD0 and <= 0xFDEF)) && (rune.Value & 0xFFFF) is not (0xFFFE or 0xFFFF));

    private static string? Text(JsonElement value, string name) => value.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    [GeneratedRegex(@"^homeassistant/device/(?:[a-zA-Z0-9_-]+/)?[a-zA-Z0-9_-]+/config$")]
    private static partial Regex DiscoveryTopic();
}
