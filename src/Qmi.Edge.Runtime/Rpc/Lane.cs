namespace Qmi.Edge.Runtime;

/// <summary>
/// The queue of one object: calls run strictly in order of arrival, one at a time. A synchronous caller who finds the object free runs
/// the method in its own thread, at its own priority and without a hand-over; everybody else waits for a turn (docs/decisions/0004-calls-run-in-the-callers-thread.md).
/// </summary>
internal sealed class Lane(string objectName, TimeProvider timeProvider)
{
    /// <summary>How many calls may wait; the next one is told BUSY.</summary>
    public const int Capacity = 32;

    private static readonly TimeSpan BusyRetry = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Queue<LaneEntry> _waiting = new();
    private int _waitingCount;
    private bool _occupied;
    private QmiException? _closed;
    private TaskCompletionSource? _drained;

    /// <summary>The object's name, for the path of a call cycle.</summary>
    public string ObjectName { get; } = objectName;

    /// <summary>The object whose calls these are; null in a test of the queue alone.</summary>
    public RpcObject? Owner { get; init; }

    /// <summary>How many calls wait for their turn.</summary>
    public int Depth => Volatile.Read(ref _waitingCount);

    /// <summary>The thread that runs a call now.</summary>
    internal CallThread? Holder { get; private set; }

    /// <summary>The lane from which the holder called into this one.</summary>
    internal Lane? Parent { get; private set; }

    /// <summary>Waits for a turn in the calling thread, which must call <see cref="Exit"/> afterwards.</summary>
    /// <exception cref="QmiException">BUSY, EXPIRED, a call cycle, or the object is gone.</exception>
    /// <exception cref="TaskStopException">The task on this thread was asked to stop.</exception>
    public void Enter(long deadline)
    {
        var thread = CallThread.Current;
        LaneEntry.Turn turn;
        lock (_gate)
        {
            if (_closed is { } closed)
                throw closed;
            if (!_occupied)
            {
                Occupy(thread);
                return;
            }

            ThrowIfFull();
            turn = new LaneEntry.Turn(thread, Parker.ForCurrentThread(timeProvider));
            // Before it is queued: once it is, the turn may be granted at any moment, and whoever holds this lane would seem to wait for it.
            CallCycle.ThrowIfWaitingWouldClose(thread, this);
            Add(turn);
        }

        Wait(turn, thread, deadline);
    }

    /// <summary>Ends the turn and gives it to the next in the queue.</summary>
    public void Exit()
    {
        LaneEntry? next;
        lock (_gate)
        {
            Holder!.Top = Parent;
            (Holder, Parent) = (null, null);
            next = TakeNext(LaneEntryState.Granted);
            if (next is LaneEntry.Turn turn)
                Occupy(turn.Thread);
            else if (next is null)
            {
                _occupied = false;
                _drained?.TrySetResult();
            }
        }

        next?.Grant();
    }

    /// <summary>Queues a call that a worker thread will run.</summary>
    /// <exception cref="QmiException">BUSY, or the object is gone.</exception>
    public void Post(LaneEntry.Work work)
    {
        lock (_gate)
        {
            if (_closed is { } closed)
                throw closed;
            if (_occupied)
            {
                ThrowIfFull();
                Add(work);
                return;
            }

            _occupied = true;
            work.State = LaneEntryState.Granted;
        }

        work.Grant();
    }

    /// <summary>Runs <paramref name="action"/> in a worker thread when its turn has come.</summary>
    public Task RunAsync(Action action, long deadline, CancellationToken cancellationToken) =>
        new ActionCall(this, timeProvider, action, deadline, cancellationToken).RunAsync();

    /// <summary>Takes a waiting call out of the queue; false when its turn has come already.</summary>
    public bool TryAbandon(LaneEntry entry)
    {
        lock (_gate)
        {
            if (entry.State != LaneEntryState.Waiting)
                return false;
            entry.State = LaneEntryState.Abandoned;
            _waitingCount--;
            return true;
        }
    }

    /// <summary>Refuses all further calls with <paramref name="reason"/>, also those that wait; completes when the running one has ended.</summary>
    public Task CloseAsync(QmiException reason)
    {
        List<LaneEntry> refused = [];
        Task drained;
        lock (_gate)
        {
            _closed ??= reason;
            while (TakeNext(LaneEntryState.Refused) is { } entry)
                refused.Add(entry);
            drained = _occupied ? (_drained ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }

        foreach (var entry in refused)
            entry.Refuse(reason);
        return drained;
    }

    /// <summary>Marks the calling worker thread as the one that runs the granted work.</summary>
    internal void BeginWork()
    {
        lock (_gate)
            Occupy(CallThread.Current);
    }

    private void Wait(LaneEntry.Turn turn, CallThread thread, long deadline)
    {
        var limit = Math.Min(deadline, Interruption.Deadline);
        try
        {
            while (turn.State == LaneEntryState.Waiting && timeProvider.GetNanoseconds() < limit && !Interruption.Token.IsCancellationRequested)
                turn.Parker.Park(limit);
        }
        catch
        {
            if (!TryAbandon(turn))
                LeaveIfGranted(turn);
            throw;
        }
        finally
        {
            thread.WaitingFor = null;
        }

        if (!TryAbandon(turn))
        {
            if (turn.State == LaneEntryState.Refused)
                throw _closed!;
            return;
        }

        Interruption.ThrowIfRequested();
        throw new QmiException(ErrorCode.Expired, $"The call to {ObjectName} was not begun in time: {Depth} calls wait before it. Allow more time or call less often.");
    }

    private void LeaveIfGranted(LaneEntry.Turn turn)
    {
        if (turn.State == LaneEntryState.Granted)
            Exit();
    }

    private void Occupy(CallThread thread)
    {
        _occupied = true;
        (Holder, Parent) = (thread, thread.Top);
        thread.Top = this;
    }

    private void ThrowIfFull()
    {
        if (_waitingCount >= Capacity)
            throw new QmiException(ErrorCode.Busy, $"{ObjectName} has {Capacity} calls waiting already, the most it takes: try again later.") { RetryAfter = BusyRetry };
    }

    private void Add(LaneEntry entry)
    {
        _waiting.Enqueue(entry);
        _waitingCount++;
    }

    private LaneEntry? TakeNext(LaneEntryState state)
    {
        while (_waiting.TryDequeue(out var entry))
        {
            if (entry.State != LaneEntryState.Waiting)
                continue;
            entry.State = state;
            _waitingCount--;
            return entry;
        }

        return null;
    }

    private sealed class ActionCall(Lane lane, TimeProvider timeProvider, Action action, long deadline, CancellationToken cancellationToken)
        : LaneCall<Nothing>(lane, timeProvider, deadline, cancellationToken)
    {
        protected override Nothing Invoke()
        {
            action();
            return default;
        }
    }
}
