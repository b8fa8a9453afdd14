namespace Qmi.Edge.Runtime;

/// <summary>
/// A call run by a worker thread, with a deadline: not begun in time, it is never run (EXPIRED); begun and not ended in time, its caller
/// is told so (TIMEOUT) while it goes on.
/// </summary>
internal abstract class LaneCall<TResult> : LaneEntry.Work
{
    private readonly Lane _lane;
    private readonly TimeProvider _timeProvider;
    private readonly long _deadline;
    private readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _cancellationToken;
    private CancellationTokenRegistration _cancellation;
    private ITimer? _timer;

    protected LaneCall(Lane lane, TimeProvider timeProvider, long deadline, CancellationToken cancellationToken)
    {
        _lane = lane;
        _timeProvider = timeProvider;
        _deadline = deadline;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Queues the call and completes when it has an answer.</summary>
    public Task<TResult> RunAsync()
    {
        _lane.Post(this);
        if (_deadline != MonotonicTime.Never && !_completion.Task.IsCompleted)
            _timer = _timeProvider.CreateTimer(static state => ((LaneCall<TResult>)state!).OnDeadline(), this, _timeProvider.GetRemaining(_deadline), Timeout.InfiniteTimeSpan);
        if (_cancellationToken.CanBeCanceled)
            _cancellation = _cancellationToken.UnsafeRegister(static state => ((LaneCall<TResult>)state!).OnCancelled(), this);
        if (_completion.Task.IsCompleted)
            Release();
        return _completion.Task;
    }

    public sealed override void Execute()
    {
        _lane.BeginWork();
        try
        {
            if (_timeProvider.GetNanoseconds() >= _deadline)
            {
                _completion.TrySetException(Expired());
                return;
            }

            using (Interruption.Enter(_cancellationToken, _deadline))
                _completion.TrySetResult(Invoke());
        }
        catch (Exception exception)
        {
            _completion.TrySetException(exception);
        }
        finally
        {
            _lane.Exit();
            Release();
        }
    }

    public sealed override void Refuse(QmiException reason)
    {
        _completion.TrySetException(reason);
        Release();
    }

    /// <summary>Runs the method.</summary>
    protected abstract TResult Invoke();

    private void OnDeadline()
    {
        var error = _lane.TryAbandon(this)
            ? Expired()
            : new QmiException(ErrorCode.Timeout, $"The call to {_lane.ObjectName} runs longer than allowed; it was begun and goes on.");
        _completion.TrySetException(error);
    }

    private void OnCancelled()
    {
        if (_lane.TryAbandon(this))
            _completion.TrySetException(new QmiException(ErrorCode.Cancelled, $"The call to {_lane.ObjectName} was cancelled before it began.", Executed.No));
    }

    private QmiException Expired() =>
        new(ErrorCode.Expired, $"The call to {_lane.ObjectName} was not begun in time; it was not run. Allow more time or call less often.");

    private void Release()
    {
        _timer?.Dispose();
        _cancellation.Dispose();
    }
}
