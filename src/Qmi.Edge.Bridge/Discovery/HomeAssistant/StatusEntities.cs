using System.Text.Json.Nodes;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What Home Assistant shows of the status of a task: a sensor for every value, and one for its life.</summary>
internal static class StatusEntities
{
    // A word that no member is named by: those begin with a letter.
    private const string Life = "_state";

    public static IEnumerable<HomeAssistantEntity> Of(BoxDescription box, ObjectDescription task)
    {
        yield return OfLife(box, task);
        foreach (var member in ScalarMember.Of(task.Status))
            yield return OfMember(box, task, member);
    }

    private static HomeAssistantEntity OfLife(BoxDescription box, ObjectDescription task) => new(EntityName.Id(task.Name, "sensor", Life), "sensor", new JsonObject
    {
        ["name"] = EntityName.Of(task.Name, "state"),
        ["entity_category"] = "diagnostic",
        ["device_class"] = "enum",
        ["options"] = JsonNodes.ToArray(Enum.GetValues<TaskState>().Select(TaskStateDocument.NameOf)),
        ["state_topic"] = box.Topics.Document(task.Kind, task.Name, "state"),
        ["value_template"] = ValueTemplate.Read("state"),
    });

    private static HomeAssistantEntity OfMember(BoxDescription box, ObjectDescription task, ScalarMember member)
    {
        var isFlag = member.Schema.Type == SchemaType.Boolean;
        var platform = isFlag ? "binary_sensor" : "sensor";
        var members = new JsonObject
        {
            ["name"] = EntityName.Of(task.Name, member.Path),
            ["state_topic"] = box.Topics.Document(task.Kind, task.Name, "status"),
            ["value_template"] = ValueTemplate.Read(["values", .. member.Path]),
            // The status is published at least once in every health period, so three and a half of them are silence.
            ["expire_after"] = (int)Math.Ceiling(box.Options.HealthInterval.TotalSeconds * 3.5),
        };
        if (isFlag)
        {
            // As Jinja writes them.
            members["payload_on"] = "True";
            members["payload_off"] = "False";
        }
        else
        {
            AddMeaning(members, member.Schema);
        }

        return new HomeAssistantEntity(EntityName.Id(task.Name, platform, member.Path), platform, members);
    }

    private static void AddMeaning(JsonObject members, Schema schema)
    {
        if (schema.Type is SchemaType.Number or SchemaType.Integer)
        {
            var unit = HomeAssistantUnit.Of(schema.Unit);
            members.AddIfAny("unit_of_measurement", unit?.Symbol);
            members.AddIfAny("device_class", unit?.DeviceClass);
            // What is measured has a curve. A whole number without a unit may be a count or a code.
            if (unit is not null || schema.Type == SchemaType.Number)
                members["state_class"] = "measurement";
        }
        else if (schema.Enum is { } names)
        {
            members["device_class"] = "enum";
            members["options"] = JsonNodes.ToArray(names);
        }
        else if (schema.Format == "date-time")
        {
            members["device_class"] = "timestamp";
        }
    }
}
