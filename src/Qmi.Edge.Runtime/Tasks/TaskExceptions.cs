namespace Qmi.Edge.Runtime;

/// <summary>The constructor of a task threw; the cause is the inner exception (QMI: QMI_TaskInitException). The name is free again.</summary>
public sealed class TaskInitException : QmiException
{
    /// <summary>The constructor of task <paramref name="name"/> threw <paramref name="cause"/>.</summary>
    public TaskInitException(string name, Exception cause)
        : base(ErrorCode.TaskError, $"Task {name} could not be constructed: {cause.Message}", Executed.No, cause)
    {
        Details = new Dictionary<string, object?> { ["phase"] = TaskStateDocument.NameOf(TaskPhase.Init) };
    }
}

/// <summary>A task failed; the cause is the inner exception (QMI: QMI_TaskRunException).</summary>
public sealed class TaskRunException : QmiException
{
    /// <summary>Task <paramref name="name"/> failed.</summary>
    public TaskRunException(string name, TaskFailure failure)
        : base(ErrorCode.TaskError, $"Task {name} failed in {TaskStateDocument.NameOf(failure.Phase)}: {failure.Exception.Message}", Executed.Yes, failure.Exception)
    {
        Failure = failure;
        Details = new Dictionary<string, object?> { ["phase"] = TaskStateDocument.NameOf(failure.Phase), ["at"] = Timestamps.ToText(failure.At) };
    }

    /// <summary>How it failed.</summary>
    public TaskFailure Failure { get; }
}

/// <summary>A method that only the task itself may call was called from another thread (QMI: QMI_WrongThreadException).</summary>
public sealed class WrongThreadException(string task, string method)
    : QmiException(ErrorCode.WrongState, $"{method} of task {task} was called from another thread: only the task's own code may call it.");
