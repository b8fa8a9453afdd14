namespace Qmi.Edge.Runtime;

/// <summary>That a box cannot go on as a process, because a task hangs that it must not go on without (<see cref="HungAction.FailBox"/>).</summary>
/// <param name="Task">The task.</param>
/// <param name="Reason">What is wrong, for people.</param>
public sealed record BoxFailure(string Task, string Reason);
