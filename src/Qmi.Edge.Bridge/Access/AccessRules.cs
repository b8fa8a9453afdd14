using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// The role model as topics. The privilege of a request is a level of its topic and the caller another, so that the broker, which knows who
/// publishes, can enforce both: what somebody may do is a handful of filters.
/// </summary>
/// <remarks>
/// Settings pushes may carry secrets and lock tokens: unlike everything else of a task they are read by the box and by whoever sent them,
/// and by nobody else.
/// </remarks>
/// <param name="prefix">First level of every topic.</param>
/// <param name="homeAssistant">First level of Home Assistant's discovery topics, or null.</param>
public sealed class AccessRules(string prefix, string? homeAssistant = null)
{
    private const string Any = "+";
    private const string Below = "#";

    private readonly Topics _all = new(prefix, Any);

    /// <summary>What everybody may do whom the broker lets in: see all boxes.</summary>
    public IEnumerable<AccessRule> Everybody() =>
    [
        Read(_all.State),
        Read(_all.Info),
        Read(_all.Health),
        Read(_all.Alarm(Below)),
        Read(_all.Log(Below)),
        .. Objects(ObjectKind.Task),
        Read(_all.Ack(Any, Any)),
        .. Objects(ObjectKind.Instrument),
        Read(_all.Alias(Any)),
        .. homeAssistant is null ? Enumerable.Empty<AccessRule>() : [Read($"{homeAssistant}/{Below}")],
    ];

    /// <summary>What may be shared among several who store it; replies and requests never are, and documents would be lost to all but one.</summary>
    public IEnumerable<string> Shareable() => [_all.Signal(ObjectKind.Task, Any, Below), _all.Signal(ObjectKind.Instrument, Any, Below), _all.Log(Below)];

    /// <summary>What everybody may do in its own name: ask, be answered, and see its own pushes.</summary>
    /// <param name="user">The name, or what the broker replaces by it.</param>
    public IEnumerable<AccessRule> Own(string user) =>
    [
        Write(_all.Requests(RpcAccess.Read, user)),
        Read(_all.Reply(user, Below)),
        Read(_all.Push(Any, user)),
        new(TopicAccess.ReadWrite, _all.Client(user, Below)),
    ];

    /// <summary>What a role adds to that.</summary>
    public IEnumerable<AccessRule> Role(UserRole user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var topics = user.Box is { } box ? new Topics(prefix, box) : _all;
        if (user.Role >= RpcAccess.Control)
        {
            yield return Write(topics.Requests(RpcAccess.Control, user.Name));
            yield return Write(topics.Push(Any, user.Name));
            // Home Assistant tells all that it has started, whereupon they describe themselves again.
            if (homeAssistant is not null)
                yield return Write($"{homeAssistant}/status");
        }

        if (user.Role >= RpcAccess.Admin)
            yield return Write(topics.Requests(RpcAccess.Admin, user.Name));
    }

    /// <summary>What a box may do: everything below its own topic, see whether callers are there, and answer them.</summary>
    public IEnumerable<AccessRule> Box(string box)
    {
        var topics = new Topics(prefix, box);
        return
        [
            new(TopicAccess.ReadWrite, $"{topics.Box}/{Below}"),
            Read(topics.Client(Any, "state")),
            Write(topics.Client(Any, $"reply/{box}/{Below}")),
            Write(topics.Alias(Any)),
            .. homeAssistant is null ? Enumerable.Empty<AccessRule>() : [Write($"{homeAssistant}/device/qmi_{box}/config")],
        ];
    }

    private IEnumerable<AccessRule> Objects(ObjectKind kind) => [Read(_all.Document(kind, Any, Any)), Read(_all.Signal(kind, Any, Below))];

    private static AccessRule Read(string filter) => new(TopicAccess.Read, filter);

    private static AccessRule Write(string filter) => new(TopicAccess.Write, filter);
}
