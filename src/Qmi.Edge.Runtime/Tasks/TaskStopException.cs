namespace Qmi.Edge.Runtime;

/// <summary>
/// Ends a task's wait because the task was asked to stop (QMI: QMI_TaskStopException). Let it pass: leaving <c>Run</c> with it is a normal end.
/// </summary>
public sealed class TaskStopException : Exception
{
    /// <summary>The request to stop.</summary>
    public TaskStopException()
        : base("The task was asked to stop.")
    {
    }
}
