using System.Text.Json.Nodes;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// The box as an AsyncAPI 3.0 document: every topic as a channel, every method as an operation with its reply. Written from the box's side: it
/// receives requests and sends documents, signals and replies.
/// </summary>
internal sealed class AsyncApiDocument(BoxDescription box)
{
    private const string BindingVersion = "0.2.0";

    private readonly JsonObject _channels = [];
    private readonly JsonObject _operations = [];
    private readonly JsonObject _schemas = AsyncApiSchemas.Common();

    public static JsonObject Create(BoxDescription box) => new AsyncApiDocument(box).Create();

    /// <summary>What a message of some channel looks like on MQTT.</summary>
    public static JsonObject MessageOf(JsonNode payload, string? description, bool isRequest = false)
    {
        var message = new JsonObject { ["contentType"] = "application/json", ["payload"] = payload };
        message.AddIfAny("description", description);
        if (isRequest)
            message["correlationId"] = new JsonObject { ["location"] = "$message.payload#/id", ["description"] = "Also the MQTT 5 correlation data, which wins." };
        message["bindings"] = Mqtt(new JsonObject { ["payloadFormatIndicator"] = 1, ["contentType"] = "application/json" });
        return message;
    }

    /// <summary>A channel with one message.</summary>
    public void AddChannel(string id, string? topic, JsonObject message, string messageId)
    {
        var channel = new JsonObject { ["address"] = topic, ["messages"] = new JsonObject { [messageId] = message } };
        if (topic?.Contains("{caller}", StringComparison.Ordinal) == true)
            channel["parameters"] = new JsonObject { ["caller"] = new JsonObject { ["description"] = "The caller's user name at the broker." } };
        _channels.Add(id, channel);
    }

    /// <summary>An operation on a channel.</summary>
    public JsonObject AddOperation(string id, string action, string channel, string messageId, int qos, bool retain = false)
    {
        var operation = new JsonObject
        {
            ["action"] = action,
            ["channel"] = JsonNodes.Reference("channels", channel),
            ["messages"] = new JsonArray(JsonNodes.Reference("channels", channel, "messages", messageId)),
            ["bindings"] = Mqtt(new JsonObject { ["qos"] = qos, ["retain"] = retain }),
        };
        _operations.Add(id, operation);
        return operation;
    }

    /// <summary>A schema that others refer to.</summary>
    public JsonObject AddSchema(string id, Schema schema)
    {
        _schemas.Add(id, schema.ToNode());
        return JsonNodes.Reference("components", "schemas", id);
    }

    private JsonObject Create()
    {
        var documents = new AsyncApiDocuments(box, this);
        var requests = new AsyncApiRequests(box, this);
        documents.AddBox();
        foreach (var target in box.Objects)
        {
            if (target.Kind != ObjectKind.Box)
                documents.AddObject(target);
            requests.AddObject(target);
        }

        var document = new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["id"] = $"urn:qmi:box:{box.Box}",
            ["info"] = new JsonObject
            {
                ["title"] = $"Box {box.Box}",
                ["version"] = box.Options.SoftwareVersion is { Length: > 0 } version ? version : "0",
                ["description"] = "An edge controller of instruments. Every request gets exactly one final reply, on the topic of the same name below \"reply\" unless reply_to or the MQTT 5 response topic says another; every error says whether the work happened.",
            },
            ["defaultContentType"] = "application/json",
        };
        document.AddIfAny("servers", Servers());
        document["channels"] = _channels;
        document["operations"] = _operations;
        document["components"] = new JsonObject { ["schemas"] = _schemas };
        return document;
    }

    private JsonObject? Servers() => box.Options.Broker is not { } host ? null : new JsonObject
    {
        ["broker"] = new JsonObject { ["host"] = host, ["protocol"] = box.Options.Tls is null ? "mqtt" : "secure-mqtt", ["description"] = "MQTT 5, or 3.1.1 with everything in the JSON." },
    };

    private static JsonObject Mqtt(JsonObject binding)
    {
        binding["bindingVersion"] = BindingVersion;
        return new JsonObject { ["mqtt"] = binding };
    }
}
