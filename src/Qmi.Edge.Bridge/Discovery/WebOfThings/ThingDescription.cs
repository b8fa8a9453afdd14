using System.Text.Json.Nodes;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// The box as a W3C Thing Description 1.1: settings and status are properties, methods actions, signals events. The MQTT binding of the W3C
/// cannot say where a reply comes or where in a document a value stands, so the forms have terms of ours.
/// </summary>
internal static class ThingDescription
{
    private const string Context = "https://www.w3.org/2022/wot/td/v1.1";
    private const string MqttVocabulary = "http://www.w3.org/2018/wot/mqtt#";
    private const string OurVocabulary = "urn:qmi-edge:wot#";

    public static JsonObject Create(BoxDescription box)
    {
        var forms = new ThingForms(box);
        var (properties, actions, events) = (new JsonObject(), new JsonObject(), new JsonObject());
        foreach (var target in box.Objects)
        {
            if (target is { Settings: { Type: not SchemaType.Null } settings })
                properties[$"{target.Name}.settings"] = Settings(target, settings, forms);
            if (target is { Status: { Type: not SchemaType.Null } status })
                properties[$"{target.Name}.status"] = Status(target, status, forms);
            foreach (var method in target.Methods)
                actions[$"{target.Name}.{method.Name}"] = Action(target, method, forms);
            foreach (var signal in target.Signals.Where(signal => signal.HasHistory))
                events[$"{target.Name}.{signal.Name}"] = Event(target, signal, forms);
        }

        return new JsonObject
        {
            ["@context"] = new JsonArray(Context, new JsonObject { ["mqv"] = MqttVocabulary, ["qmi"] = OurVocabulary }),
            ["id"] = $"urn:qmi:box:{box.Box}",
            ["title"] = $"Box {box.Box}",
            ["version"] = new JsonObject { ["instance"] = box.Options.SoftwareVersion is { Length: > 0 } version ? version : "0" },
            // Who may do what is between the broker and the caller, by password or by certificate.
            ["securityDefinitions"] = new JsonObject { ["broker"] = new JsonObject { ["scheme"] = "auto" } },
            ["security"] = "broker",
            ["properties"] = properties,
            ["actions"] = actions,
            ["events"] = events,
        };
    }

    private static JsonObject Settings(ObjectDescription task, Schema settings, ThingForms forms)
    {
        var property = ThingSchema.Of(settings);
        property["title"] = $"Settings of {task.Name}";
        property["observable"] = true;
        property["uriVariables"] = ThingForms.Caller();
        property["forms"] = new JsonArray(forms.Read(task, "settings", "/reported/values"), forms.Write(task));
        return property;
    }

    private static JsonObject Status(ObjectDescription task, Schema status, ThingForms forms)
    {
        var property = ThingSchema.Of(status);
        property["title"] = $"Status of {task.Name}";
        property["readOnly"] = true;
        property["observable"] = true;
        property["forms"] = new JsonArray(forms.Read(task, "status", "/values"));
        return property;
    }

    private static JsonObject Action(ObjectDescription target, RpcMethodDescription method, ThingForms forms)
    {
        var action = new JsonObject();
        action.AddIfAny("description", method.Description);
        action["safe"] = method.Access == RpcAccess.Read;
        action["idempotent"] = method.Idempotent;
        if (method.Arguments.Properties.Count > 0)
            action["input"] = ThingSchema.Of(method.Arguments);
        if (method.Result.Type != SchemaType.Null)
            action["output"] = ThingSchema.Of(method.Result);
        action["uriVariables"] = ThingForms.Caller();
        action["forms"] = new JsonArray(forms.Invoke(target, method));
        return action;
    }

    private static JsonObject Event(ObjectDescription target, SignalDescription signal, ThingForms forms)
    {
        var node = new JsonObject();
        node.AddIfAny("description", signal.Description);
        node["data"] = ThingSchema.Of(signal.Schema);
        node["forms"] = new JsonArray(forms.Subscribe(target, signal));
        return node;
    }
}
