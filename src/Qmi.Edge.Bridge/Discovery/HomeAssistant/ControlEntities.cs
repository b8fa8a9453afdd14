using System.Text.Json.Nodes;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What can be done to a task from Home Assistant: its settings, and the buttons for its life.</summary>
internal sealed class ControlEntities(BoxDescription box, ObjectDescription task, string user)
{
    private static readonly string[] Buttons = ["start", "stop", "restart"];

    public IEnumerable<HomeAssistantEntity> All() =>
        ScalarMember.Of(task.Settings).Select(OfSetting).OfType<HomeAssistantEntity>().Concat(Buttons.Where(HasMethod).Select(OfButton));

    private bool HasMethod(string name) => task.Methods.Any(method => method.Name == name);

    // Text, and numbers without limits, have no control in Home Assistant that could not be used wrongly.
    private HomeAssistantEntity? OfSetting(ScalarMember member) => member.Schema switch
    {
        { Type: SchemaType.Boolean } => Setting(member, "switch", isText: false, new JsonObject
        {
            ["payload_on"] = "true",
            ["payload_off"] = "false",
            ["state_on"] = "True",
            ["state_off"] = "False",
        }),
        { Type: SchemaType.String, Enum: { } names } => Setting(member, "select", isText: true, new JsonObject { ["options"] = JsonNodes.ToArray(names) }),
        { Type: SchemaType.Integer or SchemaType.Number, Minimum: { } minimum, Maximum: { } maximum } => Number(member, minimum, maximum),
        _ => null,
    };

    private HomeAssistantEntity? Number(ScalarMember member, double minimum, double maximum)
    {
        if (NumberStep.Of(minimum, maximum, member.Schema.Default, member.Schema.Type == SchemaType.Integer) is not { } step)
            return null;
        var members = new JsonObject { ["min"] = minimum, ["max"] = maximum, ["step"] = step, ["mode"] = "box" };
        var unit = HomeAssistantUnit.Of(member.Schema.Unit);
        members.AddIfAny("unit_of_measurement", unit?.Symbol);
        members.AddIfAny("device_class", unit?.DeviceClass);
        return Setting(member, "number", isText: false, members);
    }

    private HomeAssistantEntity Setting(ScalarMember member, string platform, bool isText, JsonObject meaning)
    {
        var members = new JsonObject
        {
            ["name"] = EntityName.Of(task.Name, member.Path),
            ["entity_category"] = "config",
            ["state_topic"] = box.Topics.Document(task.Kind, task.Name, "settings"),
            ["value_template"] = ValueTemplate.Read(["reported", "values", .. member.Path]),
            ["command_topic"] = box.Topics.Request(RpcAccess.Control, user, task.Name, "set_settings"),
            ["command_template"] = ValueTemplate.Push(member.Path, isText),
            ["qos"] = 1,
            ["retain"] = false,
        };
        foreach (var (name, value) in meaning)
            members[name] = value?.DeepClone();
        return new HomeAssistantEntity(EntityName.Id(task.Name, platform, member.Path), platform, members);
    }

    private HomeAssistantEntity OfButton(string method) => new(EntityName.Id(task.Name, "button", method), "button", new JsonObject
    {
        ["name"] = EntityName.Of(task.Name, method),
        ["command_topic"] = box.Topics.Request(RpcAccess.Control, user, task.Name, method),
        ["payload_press"] = "{}",
        ["qos"] = 1,
        ["retain"] = false,
    });
}
