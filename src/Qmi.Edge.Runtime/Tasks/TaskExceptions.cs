namespace Qmi.Edge.Runtime;

/// <summary>The constructor of a task threw; the cause is the inner exception (QMI: QMI_TaskInitException). The name is free again.</summary>
public sealed class TaskInitException(string name, Exception cause)
    : QmiException(ErrorCode.TaskError, $"Task {name} could not be constructed: {cause.Message}", Executed.No, cause);

/// <summary>A task failed; the cause is the inner exception (QMI: QMI_TaskRunException).</summary>
public sealed class TaskRunException(string name, TaskFailure failure)
    : QmiException(ErrorCode.TaskError, $"Task {name} failed in {failure.Phase.ToString().ToLowerInvariant()}: {failure.Exception.Message}", Executed.Yes, failure.Exception)
{
    /// <summary>How it failed.</summary>
    public TaskFailure Failure { get; } = failure;
}

/// <summary>A method that only the task itself may call was called from another thread (QMI: QMI_WrongThreadException).</summary>
public sealed class WrongThreadException(string task, string method)
    : QmiException(ErrorCode.WrongState, $"{method} of task {task} was called from another thread: only the task's own code may call it.");
