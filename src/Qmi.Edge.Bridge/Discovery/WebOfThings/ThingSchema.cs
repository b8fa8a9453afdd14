using System.Text.Json.Nodes;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// A schema as a data schema of a Thing Description, which differs from JSON Schema: a type is one name, so what may also be null is a choice
/// of two; and objects say nothing about members of other names.
/// </summary>
internal static class ThingSchema
{
    public static JsonObject Of(Schema schema)
    {
        if (!schema.Nullable || schema.Type is SchemaType.Any or SchemaType.Null)
            return OfValue(schema);
        var choice = new JsonObject { ["oneOf"] = new JsonArray(OfValue(schema with { Description = null, WriteOnly = false }), new JsonObject { ["type"] = "null" }) };
        choice.AddIfAny("description", schema.Description);
        if (schema.WriteOnly)
            choice["writeOnly"] = true;
        return choice;
    }

    private static JsonObject OfValue(Schema schema)
    {
        var node = (schema with { Nullable = false, Items = null, Properties = [], AdditionalProperties = null }).ToNode();
        node.Remove("additionalProperties");
        if (schema.Items is { } items)
            node["items"] = Of(items);
        if (schema.Type != SchemaType.Object)
            return node;
        var properties = new JsonObject();
        foreach (var property in schema.Properties)
            properties[property.Name] = Of(property.Schema);
        node["properties"] = properties;
        if (schema.Properties.Any(property => property.Required))
            node["required"] = JsonNodes.ToArray(schema.Properties.Where(property => property.Required).Select(property => property.Name));
        return node;
    }
}
