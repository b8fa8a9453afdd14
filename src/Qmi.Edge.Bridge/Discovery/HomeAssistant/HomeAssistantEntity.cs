using System.Text.Json.Nodes;

namespace Qmi.Edge.Bridge;

/// <summary>One thing that Home Assistant shows of a box: what it calls a component of a device.</summary>
/// <param name="Id">Its key in the discovery document: the object, the platform and the member, and so never another thing's.</param>
/// <param name="Platform">sensor, number, ...</param>
/// <param name="Members">Everything else that Home Assistant must know, in its words.</param>
internal sealed record HomeAssistantEntity(string Id, string Platform, JsonObject Members)
{
    /// <summary>The component of the document.</summary>
    public JsonObject ToNode(string deviceId)
    {
        var node = new JsonObject { ["p"] = Platform, ["unique_id"] = $"{deviceId}.{Id}" };
        foreach (var (name, value) in Members)
            node[name] = value?.DeepClone();
        return node;
    }

    /// <summary>What makes Home Assistant forget a component: its platform and nothing else.</summary>
    public static JsonObject Removed(string platform) => new() { ["p"] = platform };
}
