namespace Qmi.Edge.Runtime;

/// <summary>What a new task is told; pass it to the base constructor.</summary>
public sealed class TaskInit
{
    internal TaskInit(QmiTaskRunner runner, TaskThread thread)
    {
        (Runner, Thread) = (runner, thread);
    }

    /// <summary>The task's name in the box.</summary>
    public string Name => Runner.Name;

    internal QmiTaskRunner Runner { get; }

    internal TaskThread Thread { get; }
}

/// <summary>What a new task runner is told; pass it to the base constructor.</summary>
public sealed record TaskRunnerInit : RpcObjectInit
{
    internal TaskRunnerInit(EdgeBox box, string name, TaskType type, TaskFactory factory, TaskOptions options)
        : base(box, name, type)
    {
        (Factory, Options) = (factory, options);
    }

    internal TaskFactory Factory { get; }

    internal TaskOptions Options { get; }
}
