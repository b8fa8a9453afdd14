namespace Qmi.Edge.Runtime;

/// <summary>What a caller must be allowed to do; on the wire, the verb.</summary>
public enum RpcAccess
{
    /// <summary>Changes nothing (verb <c>get</c>); never refused because of a lock.</summary>
    Read,

    /// <summary>Changes something (verb <c>call</c>): the safe side, hence the default.</summary>
    Control,

    /// <summary>For administrators (verb <c>admin</c>).</summary>
    Admin,
}

/// <summary>What a method does about the object's lock.</summary>
public enum LockRule
{
    /// <summary>Refused only when somebody else holds the lock.</summary>
    Respects,

    /// <summary>Refused unless the caller holds the lock.</summary>
    Requires,

    /// <summary>Never refused because of the lock.</summary>
    Ignores,
}

/// <summary>Makes a method of an instrument or a task runner callable by others (QMI: rpc_method). Methods without it cannot be called.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RpcMethodAttribute : Attribute
{
    /// <summary>What a caller must be allowed to do.</summary>
    public RpcAccess Access { get; init; } = RpcAccess.Control;

    /// <summary>What it does about the lock. <see cref="RpcAccess.Read"/> always ignores it.</summary>
    public LockRule Lock { get; init; } = LockRule.Respects;

    /// <summary>Whether doing it twice is the same as doing it once, so that it may run again after a crash.</summary>
    public bool Idempotent { get; init; }

    /// <summary>Whether it ends soon when it is cancelled while it runs: its waits (transports, locks, signals) end by themselves, so that most methods of instruments do.</summary>
    public bool Cancellable { get; init; }

    /// <summary>How long a caller waits when it names no time of its own, in milliseconds; 0 = the box's default, 5 000.</summary>
    public int TimeoutMs { get; init; }
}

/// <summary>
/// Binds a task to its own task runner (QMI: the <c>task_runner=</c> of <c>make_task</c>), whose RPC methods then belong to the task.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TaskRunnerAttribute(Type type) : Attribute
{
    /// <summary>A class derived from <see cref="QmiTaskRunner{TSettings, TStatus}"/> with the task's own settings and status.</summary>
    public Type Type { get; } = type;
}
