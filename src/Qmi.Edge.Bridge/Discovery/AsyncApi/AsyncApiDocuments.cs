using System.Text.Json.Nodes;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// What the box tells without being asked: retained documents and signals; and the pushes that the retained settings answer. The last
/// part of an id says what it is; a method may have the name of a document.
/// </summary>
internal sealed class AsyncApiDocuments(BoxDescription box, AsyncApiDocument document)
{
    private const string Caller = "{caller}";

    /// <summary>The documents of the box itself.</summary>
    public void AddBox()
    {
        Send("box.state.document", box.Topics.State, AsyncApiSchemas.Of("presence"), "Whether the box is there. The broker says \"lost\" in its name.", qos: 1);
        Send("box.info.document", box.Topics.Info, AsyncApiSchemas.Of("info"), "Who the box is, its versions, limits and objects.", qos: 1);
        Send("box.health.document", box.Topics.Health, AsyncApiSchemas.Of("health"), $"The heartbeat, every {box.Options.HealthInterval.TotalSeconds} s. Without one for three and a half periods the box is not there, whatever its state says.", qos: 0);
    }

    /// <summary>The documents and signals of a task or an instrument.</summary>
    public void AddObject(ObjectDescription target)
    {
        SendDocument(target, "info", AsyncApiSchemas.Of("info"), $"What {target.Name} is: methods, schemas, signals.");
        SendDocument(target, "state", AsyncApiSchemas.Of("life"), $"Where {target.Name} is in its life.");
        SendDocument(target, "lock", AsyncApiSchemas.Of("lock"), $"Who holds {target.Name}, never the token.");
        if (target.Kind == ObjectKind.Task)
        {
            var settings = document.AddSchema($"{target.Name}.settings", target.Settings ?? Schema.Nothing);
            var status = document.AddSchema($"{target.Name}.status", target.Status ?? Schema.Nothing);
            SendDocument(target, "settings", AsyncApiSchemas.Settings(settings), $"The settings of {target.Name} in effect, and those that wait.");
            SendDocument(target, "status", AsyncApiSchemas.Status(status), $"The newest status of {target.Name}.");
            AddPush(target, settings);
        }

        foreach (var signal in target.Signals.Where(signal => signal.HasHistory))
        {
            var payload = AsyncApiSchemas.Batch(signal.Schema.ToNode());
            Send($"{target.Name}.{signal.Name}.signal", box.Topics.Signal(target.Kind, target.Name, signal.Name), payload, signal.Description, signal.Reliable ? 1 : 0, retain: false);
        }
    }

    private void AddPush(ObjectDescription task, JsonObject settings)
    {
        var (push, ack) = ($"{task.Name}.settings.push", $"{task.Name}.settings.ack");
        document.AddChannel(push, box.Topics.Push(task.Name, Caller), AsyncApiDocument.MessageOf(AsyncApiSchemas.Push(settings), $"Settings that {task.Name} shall have. May be retained when it has base_rev.", isRequest: true), "push");
        document.AddChannel(ack, box.Topics.Ack(task.Name, Caller), AsyncApiDocument.MessageOf(AsyncApiSchemas.Of("ack"), "What became of the caller's last push. Retained."), "ack");
        var operation = document.AddOperation(push, "receive", push, "push", qos: 1);
        operation["summary"] = $"Pushes settings to {task.Name}.";
        operation["reply"] = new JsonObject
        {
            ["channel"] = JsonNodes.Reference("channels", ack),
            ["messages"] = new JsonArray(JsonNodes.Reference("channels", ack, "messages", "ack")),
        };
    }

    private void SendDocument(ObjectDescription target, string name, JsonObject schema, string description) =>
        Send($"{target.Name}.{name}.document", box.Topics.Document(target.Kind, target.Name, name), schema, description, qos: 1);

    private void Send(string id, string topic, JsonObject payload, string? description, int qos, bool retain = true)
    {
        document.AddChannel(id, topic, AsyncApiDocument.MessageOf(payload, description), "message");
        document.AddOperation(id, "send", id, "message", qos, retain);
    }
}
