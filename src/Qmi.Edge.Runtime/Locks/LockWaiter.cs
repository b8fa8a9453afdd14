namespace Qmi.Edge.Runtime;

/// <summary>Where somebody is who asked for a lock.</summary>
internal enum LockWaiterState
{
    Waiting,
    Granting,
    Answered,
}

/// <summary>Somebody who asked for a lock, until the one answer. Changed under the gate of the table.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="answered">Called once, outside the gate, when there is an answer.</param>
internal sealed class LockWaiter(LockRequest request, Action<LockWaiter> answered)
{
    private volatile LockWaiterState _state;

    public LockRequest Request { get; } = request;

    public LockWaiterState State => _state;

    public bool IsAnswered => _state == LockWaiterState.Answered;

    /// <summary>The grant; null when the lock was not given.</summary>
    public LockGrant? Grant { get; private set; }

    /// <summary>What went wrong; null when somebody else simply kept the lock.</summary>
    public Exception? Error { get; private set; }

    public void BeginGranting() => _state = LockWaiterState.Granting;

    public void Answer(LockGrant? grant, Exception? error)
    {
        (Grant, Error) = (grant, error);
        _state = LockWaiterState.Answered;
    }

    public void Announce() => answered(this);

    /// <summary>The answer as a result.</summary>
    public LockGrant? GetResult() => Error is { } error ? throw error : Grant;
}
