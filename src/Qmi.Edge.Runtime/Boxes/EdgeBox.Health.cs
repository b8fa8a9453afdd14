namespace Qmi.Edge.Runtime;

/// <content>Whether its tasks are well.</content>
public sealed partial class EdgeBox
{
    private readonly TaskCompletionSource<BoxFailure> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// The names of the tasks that hang: they run, and gave no sign of life for longer than their options allow, or were asked to stop and do
    /// not end. A task that has ended, also one that failed, does not hang. Looks at the heartbeats as they are now.
    /// </summary>
    public IReadOnlyList<string> UnwellTasks => _watch.Unwell;

    /// <summary>Completes when a task hangs without which the box must not go on; whoever runs the box ends the process then.</summary>
    public Task<BoxFailure> Failed => _failure.Task;

    internal void Fail(BoxFailure failure) => _failure.TrySetResult(failure);
}
