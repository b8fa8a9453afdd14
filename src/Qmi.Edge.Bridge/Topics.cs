using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The topics of one box, as the contract names them.</summary>
public sealed class Topics
{
    /// <summary>Second level of every topic: the version of the contract.</summary>
    public const string Version = "v1";

    private readonly string _root;
    private readonly byte[] _below;

    /// <summary>The topics of <paramref name="box"/> below <paramref name="prefix"/>.</summary>
    public Topics(string prefix, string box)
    {
        _root = $"{prefix}/{Version}";
        Box = $"{_root}/box/{box}";
        _below = Encoding.UTF8.GetBytes(Box + "/");
        State = Box + "/state";
        Info = Box + "/info";
        Health = Box + "/health";
        Ping = Box + "/ping";
    }

    /// <summary>What all topics of the box begin with, without a slash at the end.</summary>
    public string Box { get; }

    /// <summary>Presence.</summary>
    public string State { get; }

    /// <summary>Identity.</summary>
    public string Info { get; }

    /// <summary>Heartbeat.</summary>
    public string Health { get; }

    /// <summary>A topic on which nothing is ever published: the box ends a subscription to it that it does not have, to see how long the broker takes to answer.</summary>
    public string Ping { get; }

    /// <summary>Requests of one verb, from all callers.</summary>
    public string Requests(RpcAccess access) => $"{Box}/{RpcVerb.NameOf(access)}/#";

    /// <summary>Requests of one verb from one caller.</summary>
    public string Requests(RpcAccess access, string caller) => $"{Box}/{RpcVerb.NameOf(access)}/{caller}/#";

    /// <summary>A request of one caller.</summary>
    public string Request(RpcAccess access, string caller, string target, string method) => $"{Box}/{RpcVerb.NameOf(access)}/{caller}/{target}/{method}";

    /// <summary>Settings pushes, from all callers to all tasks.</summary>
    public string Pushes => Box + "/task/+/push/+";

    /// <summary>One alarm.</summary>
    public string Alarm(string id) => $"{Box}/alarm/{id}";

    /// <summary>The log lines of one level.</summary>
    public string Log(string level) => $"{Box}/log/{level}";

    /// <summary>A document of an object: info, state, status, settings, lock.</summary>
    public string Document(RpcObject target, string name) => Document(target.Description.Kind, target.Name, name);

    /// <summary>A signal of an object.</summary>
    public string Signal(RpcObject target, string signal) => Signal(target.Description.Kind, target.Name, signal);

    /// <summary>The outcome of a caller's last push.</summary>
    public string Ack(string task, string caller) => $"{Box}/task/{task}/ack/{caller}";

    /// <summary>Where a caller pushes settings.</summary>
    public string Push(string task, string caller) => $"{Box}/task/{task}/push/{caller}";

    /// <summary>Where a reply goes unless the request says otherwise.</summary>
    public string Reply(string caller, string target) => $"{Box}/reply/{caller}/{target}";

    /// <summary>Whether a caller may have replies sent there: below its own reply topic or its own client tree.</summary>
    public bool MayReplyTo(string caller, ReadOnlySpan<char> topic) =>
        IsBelow(topic, Box, "/reply/", caller) || IsBelow(topic, _root, "/client/", caller);

    /// <summary>A topic of a caller's own.</summary>
    public string Client(string caller, string below) => $"{_root}/client/{caller}/{below}";

    /// <summary>A friendly name of a box, outside of its own tree so that people can find the box by it.</summary>
    public string Alias(string name) => $"{_root}/alias/{name}";

    /// <summary>A document of an object of that kind and name.</summary>
    internal string Document(ObjectKind kind, string target, string name) => $"{Of(kind, target)}/{name}";

    /// <summary>A signal of an object of that kind and name.</summary>
    internal string Signal(ObjectKind kind, string target, string signal) => $"{Of(kind, target)}/sig/{signal}";

    /// <summary>The part of a topic below the box, or nothing when it is not the box's.</summary>
    internal string? Below(ReadOnlySpan<byte> topic) =>
        topic.Length > _below.Length && topic.StartsWith(_below) ? Encoding.UTF8.GetString(topic[_below.Length..]) : null;

    // Asked for every request: by looking instead of by making the text to look for.
    private static bool IsBelow(ReadOnlySpan<char> topic, string root, string branch, string caller)
    {
        if (!topic.StartsWith(root) || !topic[root.Length..].StartsWith(branch))
            return false;
        var rest = topic[(root.Length + branch.Length)..];
        return rest.StartsWith(caller) && rest.Length > caller.Length && rest[caller.Length] == '/';
    }

    private string Of(ObjectKind kind, string target) => $"{Box}/{(kind == ObjectKind.Task ? "task" : "instrument")}/{target}";
}
