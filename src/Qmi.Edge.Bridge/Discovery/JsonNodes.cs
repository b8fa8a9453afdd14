using System.Text.Json.Nodes;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Parts of documents that are put together as trees: they are made rarely, and their form is easier seen so.</summary>
internal static class JsonNodes
{
    /// <summary>A schema as JSON Schema.</summary>
    public static JsonObject ToNode(this Schema schema)
    {
        using var buffer = JsonBuffer.Rent();
        schema.WriteTo(buffer.Writer);
        return JsonNode.Parse(buffer.Written.Span)!.AsObject();
    }

    /// <summary>Strings as an array.</summary>
    public static JsonArray ToArray(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    /// <summary>A reference to another place of the document.</summary>
    public static JsonObject Reference(params ReadOnlySpan<string> path) => new() { ["$ref"] = "#/" + string.Join('/', path) };

    /// <summary>Adds a member unless there is nothing to say.</summary>
    public static void AddIfAny(this JsonObject parent, string name, JsonNode? value)
    {
        if (value is not null)
            parent[name] = value;
    }
}
