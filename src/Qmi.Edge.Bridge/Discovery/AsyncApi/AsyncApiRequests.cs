using System.Text.Json.Nodes;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What the box can be asked: every method is an operation with request and reply.</summary>
internal sealed class AsyncApiRequests(BoxDescription box, AsyncApiDocument document)
{
    private const string Request = "request";
    private const string Reply = "reply";

    public void AddObject(ObjectDescription target)
    {
        foreach (var method in target.Methods)
            AddMethod(target, method);
    }

    private void AddMethod(ObjectDescription target, RpcMethodDescription method)
    {
        var id = $"{target.Name}.{method.Name}";
        var replies = $"{id}.{Reply}";
        document.AddChannel(id, box.Topics.Request(method.Access, "{caller}", target.Name, method.Name), AsyncApiDocument.MessageOf(Payload(method), null, isRequest: true), Request);
        // The address of a reply is the request's to choose, so its channel has none.
        document.AddChannel(replies, null, AsyncApiDocument.MessageOf(Result(target, method), null), Reply);

        var operation = document.AddOperation(id, "receive", id, Request, qos: 1);
        operation.AddIfAny("summary", method.Description);
        operation["reply"] = new JsonObject
        {
            ["address"] = new JsonObject
            {
                ["location"] = "$message.payload#/reply_to",
                ["description"] = $"Or the MQTT 5 response topic, which wins. Without either: {box.Topics.Reply("{caller}", target.Name)}/{method.Name}",
            },
            ["channel"] = JsonNodes.Reference("channels", replies),
            ["messages"] = new JsonArray(JsonNodes.Reference("channels", replies, "messages", Reply)),
        };
        operation["x-qmi-verb"] = RpcVerb.NameOf(method.Access);
        if (method.Access != RpcAccess.Read)
            operation["x-qmi-lock"] = DescriptionDocument.NameOf(method.Lock);
        operation["x-qmi-idempotent"] = method.Idempotent;
        operation["x-qmi-cancellable"] = method.Cancellable;
        if (method.Timeout is { } timeout)
            operation["x-qmi-timeout-ms"] = (long)timeout.TotalMilliseconds;
    }

    private static JsonObject Payload(RpcMethodDescription method)
    {
        if (method.Arguments.Properties.Count == 0)
            return AsyncApiSchemas.Of(Request);
        return With(AsyncApiSchemas.Of(Request), "args", method.Arguments.ToNode(), isRequired: method.Arguments.Properties.Any(argument => argument.Required));
    }

    private static JsonObject Result(ObjectDescription target, RpcMethodDescription method)
    {
        if (method.Result.Type is SchemaType.Null or SchemaType.Any)
            return AsyncApiSchemas.Of(Reply);
        var whole = method.Result == target.Settings ? "settings" : method.Result == target.Status ? "status" : null;
        return With(AsyncApiSchemas.Of(Reply), "result", whole is null ? method.Result.ToNode() : JsonNodes.Reference("components", "schemas", $"{target.Name}.{whole}"), isRequired: false);
    }

    private static JsonObject With(JsonObject envelope, string name, JsonObject schema, bool isRequired)
    {
        var part = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { [name] = schema } };
        if (isRequired)
            part["required"] = new JsonArray(name);
        return new JsonObject { ["allOf"] = new JsonArray(envelope, part) };
    }
}
