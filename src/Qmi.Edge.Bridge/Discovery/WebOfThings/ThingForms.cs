using System.Text.Json.Nodes;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Where the interactions of a thing are on MQTT, in the W3C's terms and in ours: <c>qmi:value</c> is the JSON Pointer of the value in what is
/// received, <c>qmi:arguments</c> that of the input in what is published, <c>qmi:replyTopic</c> and <c>qmi:result</c> where the answer comes and
/// where in it the output stands.
/// </summary>
internal sealed class ThingForms(BoxDescription box)
{
    private const string CallerVariable = "{caller}";

    private readonly string _broker = $"{(box.Options.Tls is null ? "mqtt" : "mqtts")}://{box.Options.Broker ?? "broker"}";

    /// <summary>The variable in the topics of requests.</summary>
    public static JsonObject Caller() => new() { ["caller"] = new JsonObject { ["type"] = "string", ["description"] = "The caller's user name at the broker." } };

    /// <summary>A retained document.</summary>
    public JsonObject Read(ObjectDescription target, string document, string value)
    {
        var form = Form(["readproperty", "observeproperty", "unobserveproperty"], "subscribe", qos: 1);
        form["mqv:filter"] = box.Topics.Document(target.Kind, target.Name, document);
        form["mqv:retain"] = true;
        form["qmi:value"] = value;
        return form;
    }

    /// <summary>Settings by request.</summary>
    public JsonObject Write(ObjectDescription task)
    {
        var form = Request(["writeproperty"], task, "set_settings", RpcAccess.Control);
        form["qmi:arguments"] = "/args/values";
        return form;
    }

    /// <summary>A method.</summary>
    public JsonObject Invoke(ObjectDescription target, RpcMethodDescription method)
    {
        var form = Request(["invokeaction"], target, method.Name, method.Access);
        form["qmi:arguments"] = "/args";
        form["qmi:result"] = "/result";
        if (method.Access != RpcAccess.Read)
            form["qmi:lock"] = DescriptionDocument.NameOf(method.Lock);
        if (method.Cancellable)
            form["qmi:cancellable"] = true;
        if (method.Timeout is { } timeout)
            form["qmi:timeoutMs"] = (long)timeout.TotalMilliseconds;
        return form;
    }

    /// <summary>A signal: its values come in batches.</summary>
    public JsonObject Subscribe(ObjectDescription target, SignalDescription signal)
    {
        var form = Form(["subscribeevent", "unsubscribeevent"], "subscribe", signal.Reliable ? 1 : 0);
        form["mqv:filter"] = box.Topics.Signal(target.Kind, target.Name, signal.Name);
        form["mqv:retain"] = false;
        form["qmi:values"] = "/values";
        return form;
    }

    private JsonObject Request(string[] operations, ObjectDescription target, string method, RpcAccess access)
    {
        var form = Form(operations, "publish", qos: 1);
        form["mqv:topic"] = box.Topics.Request(access, CallerVariable, target.Name, method);
        form["mqv:retain"] = false;
        form["qmi:verb"] = RpcVerb.NameOf(access);
        form["qmi:replyTopic"] = $"{box.Topics.Reply(CallerVariable, target.Name)}/{method}";
        return form;
    }

    // The vocabulary has the quality of service as text.
    private JsonObject Form(string[] operations, string packet, int qos) => new()
    {
        ["href"] = _broker,
        ["op"] = JsonNodes.ToArray(operations),
        ["contentType"] = "application/json",
        ["mqv:controlPacket"] = packet,
        ["mqv:qos"] = qos == 0 ? "0" : "1",
    };
}
