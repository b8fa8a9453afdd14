namespace Qmi.Edge.Runtime.Tests;

/// <summary>
/// Holds a task's thread in a way that no stop request ends, until the test lets go: at the latest at its end, so that a test that fails
/// does not hang as well.
/// </summary>
internal sealed class Hold : IDisposable
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>In the task: is held.</summary>
    public void Enter()
    {
        _entered.TrySetResult();
        _released.Task.Wait();
    }

    /// <summary>In the test: waits until a task is held.</summary>
    public void WaitUntilEntered() => Assert.True(_entered.Task.Wait(GivenBox.Patience), "No task was held.");

    public void Release() => _released.TrySetResult();

    public void Dispose() => Release();
}
