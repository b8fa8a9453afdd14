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
    private readonly TaskCompletionSource<TResult> _completion;
    private readonly CancellationToken _cancellationToken;
    private CancellationTokenRegistration _cancellation;
    private ITimer? _timer;

    /// <param name="lane">The queue.</param>
    /// <param name="timeProvider">The clock of the deadline.</param>
    /// <param name="deadline">Monotonic nanoseconds.</param>
    /// <param name="cancellationToken">Cancels the call while it waits, and the waits of the method.</param>
    /// <param name="isAnsweredInline">Whether whoever awaits the answer goes on in the worker thread itself: for answers that are only written and sent.</param>
    protected LaneCall(Lane lane, TimeProvider timeProvider, long deadline, CancellationToken cancellationToken, bool isAnsweredInline = false)
    {
        _completion = new(isAnsweredInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
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
        TResult? result = default;
        Exception? failure = null;
        try
        {
            if (_timeProvider.GetNanoseconds() >= _deadline)
                throw Expired();
            using (Interruption.Enter(_cancellationToken, _deadline))
                result = Invoke();
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        // The turn ends before the answer is given: whoever calls again because of it finds the object free.
        _lane.Exit();
        if (failure is null ? !_completion.TrySetResult(result!) : !_completion.TrySetException(failure))
            OnLate(result, failure);
        Release();
    }

    public sealed override void Refuse(QmiException reason)
    {
        _completion.TrySetException(reason);
        Release();
    }

    /// <summary>Whether its turn has come.</summary>
    public bool HasBegun => State == LaneEntryState.Granted;

    /// <summary>Whether its caller was told that it goes on beyond the deadline.</summary>
    protected bool HasTimedOut { get; private set; }

    /// <summary>Takes the call out of the queue; false when its turn has come already.</summary>
    public bool TryCancelWaiting()
    {
        if (!_lane.TryAbandon(this))
            return false;
        _completion.TrySetException(new QmiException(ErrorCode.Cancelled, $"The call to {_lane.ObjectName} was cancelled before it began.", Executed.No));
        return true;
    }

    /// <summary>Runs the method.</summary>
    protected abstract TResult Invoke();

    /// <summary>The method has ended after its caller was told that it goes on.</summary>
    protected virtual void OnLate(TResult? result, Exception? failure)
    {
    }

    private void OnDeadline()
    {
        if (_lane.TryAbandon(this))
        {
            _completion.TrySetException(Expired());
            return;
        }

        HasTimedOut = true;
        _completion.TrySetException(new QmiException(ErrorCode.Timeout, $"The call to {_lane.ObjectName} runs longer than allowed; it was begun and goes on."));
    }

    private void OnCancelled() => TryCancelWaiting();

    private QmiException Expired() =>
        new(ErrorCode.Expired, $"The call to {_lane.ObjectName} was not begun in time; it was not run. Allow more time or call less often.");

    private void Release()
    {
        _timer?.Dispose();
        _cancellation.Dispose();
    }
}
