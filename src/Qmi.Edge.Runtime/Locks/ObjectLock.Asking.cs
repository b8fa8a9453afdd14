namespace Qmi.Edge.Runtime;

/// <content>Who asks for the lock, waits for it, and gives it back.</content>
public sealed partial class ObjectLock
{
    /// <summary>Takes the lock, waiting in the calling thread at most <paramref name="timeout"/> for whoever holds it.</summary>
    /// <returns>False when somebody else kept it.</returns>
    /// <exception cref="QmiException"><see cref="ErrorCode.Busy"/>: the disk does not take what must be kept; or the object is gone.</exception>
    /// <exception cref="TaskStopException">The task on this thread was asked to stop.</exception>
    public bool TryAcquire(LockRequest request, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(request);
        var parker = Parker.ForCurrentThread(TimeProvider);
        var limit = TimeProvider.GetDeadline(timeout);
        var waiter = Ask(request, mayWait: timeout != TimeSpan.Zero, _ => parker.Unpark());
        while (!waiter.IsAnswered)
        {
            // Whose turn has come waits for the disk only, which takes as long as it takes.
            var until = Math.Min(waiter.State == LockWaiterState.Waiting ? limit : MonotonicTime.Never, Math.Min(request.Deadline, Interruption.Deadline));
            var isInterrupted = Interruption.Token.IsCancellationRequested || TimeProvider.GetNanoseconds() >= Interruption.Deadline;
            if (isInterrupted || TimeProvider.GetNanoseconds() >= until)
                GiveUp(waiter, limit, isInterrupted);
            else
                parker.Park(until);
        }

        if (waiter.GetResult() is not null)
            return true;
        Interruption.ThrowIfRequested();
        return false;
    }

    /// <summary>Takes the lock, waiting at most <paramref name="timeout"/> for whoever holds it, without holding a thread.</summary>
    /// <returns>The grant, or null when somebody else kept it.</returns>
    /// <exception cref="QmiException">
    /// <see cref="ErrorCode.Busy"/>: the disk does not take what must be kept. <see cref="ErrorCode.Expired"/>: the disk did not take it in time.
    /// <see cref="ErrorCode.LockLost"/>: it was taken away before it was given. Or the object is gone.
    /// </exception>
    public async Task<LockGrant?> AcquireAsync(LockRequest request, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var limit = TimeProvider.GetDeadline(timeout);
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiter = Ask(request, mayWait: timeout != TimeSpan.Zero, _ => answered.TrySetResult());
        if (waiter.IsAnswered)
            return waiter.GetResult();

        using var patience = new LockPatience(this, waiter, limit);
        await using (cancellationToken.UnsafeRegister(_ => Withdraw(waiter, new OperationCanceledException(cancellationToken)), null).ConfigureAwait(false))
            await answered.Task.ConfigureAwait(false);
        return waiter.GetResult();
    }

    /// <summary>Gives the lock back; the first waiter gets it in the same step.</summary>
    /// <param name="caller">Who gives it back.</param>
    /// <param name="token">The token it was locked with.</param>
    /// <param name="fence">The fence of the lock that is meant; null = whatever lock the token is of.</param>
    /// <returns>True when the object is unlocked now or was not locked at all; false when somebody else holds it.</returns>
    /// <exception cref="QmiException"><see cref="ErrorCode.LockLost"/>: the token was used for a new lock since.</exception>
    public bool Release(Caller caller, string? token, ulong? fence = null)
    {
        ArgumentNullException.ThrowIfNull(caller);
        using var turn = _table.Enter();
        Settle(turn);
        if (_state is not { } held)
            return true;
        if (!IsOwner(held, caller, token))
            return false;
        if (fence is { } number && !_table.Decisions.IsInForce(held, number))
            throw Lost(caller, token, fence);
        if (held.IsGranting)
            Abandon(turn, LockErrors.ReleasedUnheld(Name));
        else
            End(turn, LockEvent.Released, caller, null, null);
        return true;
    }

    /// <summary>Makes a lease last its full time again.</summary>
    /// <exception cref="QmiException">The caller does not hold the lock: LOCK_LOST, LOCKED, LOCK_REQUIRED.</exception>
    public LockGrant Renew(Caller caller, string? token, ulong? fence = null)
    {
        ArgumentNullException.ThrowIfNull(caller);
        using var turn = _table.Enter();
        Settle(turn);
        if (_state is { IsGranting: false } held && IsOwner(held, caller, token) && (fence is not { } number || _table.Decisions.IsInForce(held, number)))
            return KeepAlive(turn, caller, token!);
        if (token is not null || fence is not null)
            throw Lost(caller, token, fence);
        throw _state is { } other ? Locked(other) : LockErrors.Required(Name);
    }

    /// <summary>Takes the lock away from whoever holds it.</summary>
    /// <returns>Whether it was locked; when not, nothing happened.</returns>
    public bool Force(Caller caller, string reason)
    {
        ArgumentNullException.ThrowIfNull(caller);
        using var turn = _table.Enter();
        Settle(turn);
        if (_state is not { } held)
            return false;
        if (held.IsGranting)
            Abandon(turn, LockErrors.ForcedUnheld(Name, caller.Name, reason));
        else
            End(turn, LockEvent.Forced, caller, caller.Name, reason);
        return true;
    }

    /// <summary>Tells whoever holds the lock that somebody acted in spite of it.</summary>
    internal void NoteOverride(Caller caller, string reason)
    {
        using var turn = _table.Enter();
        foreach (var target in (ReadOnlySpan<ObjectLock?>)[this, BoxLock])
        {
            target?.Settle(turn);
            if (target?._state is { IsGranting: false } held && held.Owner.Name != caller.Name)
                turn.Notice(this, new LockEvent { Owner = held.Owner.Name, Fence = held.Fence, Kind = LockEvent.Overridden, By = caller.Name, Reason = reason, At = TimeProvider.GetUtcNow() });
        }
    }

    /// <summary>Asks for the lock. The one answer may be there on return, or comes later.</summary>
    internal LockWaiter Ask(LockRequest request, bool mayWait, Action<LockWaiter> answered)
    {
        var waiter = new LockWaiter(request, answered);
        using var turn = _table.Enter();
        Settle(turn);
        BoxLock?.Settle(turn);
        if (_closed is { } reason)
            turn.Answer(waiter, null, reason);
        else if (_state is { } held && IsOwner(held, request.Caller, request.Token))
            AskAgain(turn, held, waiter);
        else if (_state is null && IsOpenFor(request))
            BeginGrant(turn, waiter);
        else if (mayWait)
            Queue(turn, waiter);
        else
            turn.Answer(waiter, null);
        return waiter;
    }

    /// <summary>Gives up for somebody who has waited long enough; whoever has not waits on.</summary>
    /// <param name="waiter">Who.</param>
    /// <param name="limit">Monotonic nanoseconds until which it waits for whoever holds the lock.</param>
    /// <param name="isInterrupted">It waits no longer, whatever the limit.</param>
    internal void GiveUp(LockWaiter waiter, long limit, bool isInterrupted = false)
    {
        using var turn = _table.Enter();
        var isWaiting = waiter.State == LockWaiterState.Waiting;
        if (isInterrupted || turn.Now >= waiter.Request.Deadline || (isWaiting && turn.Now >= limit))
            Withdraw(turn, waiter, isWaiting || isInterrupted ? null : LockErrors.NotInTime(Name));
    }

    /// <summary>Gives up for somebody who must, and says why.</summary>
    internal void Withdraw(LockWaiter waiter, Exception error)
    {
        using var turn = _table.Enter();
        Withdraw(turn, waiter, error);
    }

    private void Withdraw(LockTurn turn, LockWaiter waiter, Exception? error)
    {
        if (waiter.IsAnswered)
            return;
        if (waiter.State == LockWaiterState.Waiting)
            _table.Decisions.Leave(_waiters, waiter);
        else
            _granting.Remove(waiter);
        CountWaiters();
        turn.Answer(waiter, null, error);
        turn.LookAtBindings();
        turn.Changed(this);
        if (_state is { IsGranting: true } && _granting.Count == 0)
            Abandon(turn, null);
    }

    private void Queue(LockTurn turn, LockWaiter waiter)
    {
        _waiters.AddLast(waiter);
        CountWaiters();
        turn.LookAtBindings();
        turn.Changed(this);
    }

    // While somebody holds the lock of the box, its objects are locked by the same caller with that token, and by the box's own code.
    private bool IsOpenFor(LockRequest request)
    {
        if (request.Caller.Name == Caller.Local.Name || BoxLock?.InForce is not { } box)
            return true;
        return !box.IsGranting && (IsOwner(box, request.Caller, request.Token) || IsOwner(box, request.Caller, request.BoxToken));
    }
}
