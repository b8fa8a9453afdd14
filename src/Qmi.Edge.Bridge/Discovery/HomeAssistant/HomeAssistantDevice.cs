using System.Text.Json.Nodes;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// The discovery document of Home Assistant: the whole box as one device. See
/// https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload.
/// </summary>
internal static class HomeAssistantDevice
{
    private const string Origin = "Qmi.Edge";

    // While the box is degraded its values are as good as before; everything else means that nobody is there.
    private const string Availability = "{{ 'online' if value_json['state'] in ['online', 'degraded'] else 'offline' }}";

    /// <summary>What Home Assistant knows the box by. It keeps the id of the box, whatever people call it.</summary>
    public static string IdOf(string box) => "qmi_" + box;

    /// <summary>Where the document is retained.</summary>
    public static string Topic(string prefix, string box) => $"{prefix}/device/{IdOf(box)}/config";

    /// <summary>Everything that is shown of the box.</summary>
    public static IReadOnlyList<HomeAssistantEntity> EntitiesOf(BoxDescription box)
    {
        var user = box.Options.HomeAssistant?.User;
        return
        [
            .. from task in box.Objects
               where task.Kind == ObjectKind.Task
               let controls = user is null ? [] : new ControlEntities(box, task, user).All()
               from entity in StatusEntities.Of(box, task).Concat(controls)
               select entity,
        ];
    }

    /// <summary>The document.</summary>
    /// <param name="box">The box.</param>
    /// <param name="removed">The ids of what was shown before and is no more, with their platforms.</param>
    public static JsonObject Create(BoxDescription box, IReadOnlyList<(string Id, string Platform)> removed) => Create(box, EntitiesOf(box), removed);

    /// <summary>The document about some entities.</summary>
    public static JsonObject Create(BoxDescription box, IReadOnlyList<HomeAssistantEntity> entities, IReadOnlyList<(string Id, string Platform)> removed)
    {
        var id = IdOf(box.Box);
        var components = new JsonObject();
        foreach (var entity in entities)
            components[entity.Id] = entity.ToNode(id);
        foreach (var (old, platform) in removed)
            components[old] = HomeAssistantEntity.Removed(platform);
        var device = new JsonObject { ["ids"] = new JsonArray(id), ["name"] = box.Box, ["mf"] = Origin, ["sn"] = box.Box };
        var origin = new JsonObject { ["name"] = Origin };
        if (box.Options.SoftwareVersion is { Length: > 0 } version)
            (device["sw"], origin["sw"]) = (version, version);
        return new JsonObject
        {
            ["dev"] = device,
            ["o"] = origin,
            ["availability"] = new JsonArray(new JsonObject { ["topic"] = box.Topics.State, ["value_template"] = Availability }),
            ["cmps"] = components,
        };
    }
}
