namespace Qmi.Edge.Runtime;

/// <summary>
/// The lock of one object: one owner, waiters in order of arrival who are granted by the release itself, leases on the monotonic clock.
/// Reads of its state take no lock.
/// </summary>
public sealed class ObjectLock
{
    private readonly Lock _gate = new();
    private readonly RpcObject _object;
    private readonly TimeProvider _timeProvider;
    private readonly LinkedList<LockWaiter> _waiters = new();
    private readonly ITimer _leaseTimer;
    private volatile LockState? _state;
    private volatile LockEnd? _previous;
    private ulong _fence;
    private int _running;

    internal ObjectLock(RpcObject target)
    {
        (_object, _timeProvider) = (target, target.Box.TimeProvider);
        _leaseTimer = _timeProvider.CreateTimer(static state => ((ObjectLock)state!).OnLeaseTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Who holds the lock; null when nobody does.</summary>
    public LockState? State => _state;

    /// <summary>How the last lock ended that its owner did not release; null when there was none.</summary>
    public LockEnd? Previous => _previous;

    /// <summary>The number of the last grant; 0 before the first.</summary>
    public ulong Fence => Volatile.Read(ref _fence);

    /// <summary>How many wait for the lock.</summary>
    public int Waiters
    {
        get
        {
            lock (_gate)
                return _waiters.Count;
        }
    }

    /// <summary>Takes the lock, waiting in the calling thread at most <paramref name="timeout"/>.</summary>
    /// <exception cref="TaskStopException">The task on this thread was asked to stop.</exception>
    public bool TryAcquire(LockRequest request, TimeSpan timeout)
    {
        if (TryAcquireNow(request) is not null)
            return true;
        if (timeout <= TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            return false;

        var parker = Parker.ForCurrentThread(_timeProvider);
        var waiter = Enqueue(request, parker.Unpark);
        var limit = Math.Min(_timeProvider.GetDeadline(timeout), Interruption.Deadline);
        while (!waiter.IsGranted && _timeProvider.GetNanoseconds() < limit && !Interruption.Token.IsCancellationRequested)
            parker.Park(limit);
        if (!TryWithdraw(waiter))
            return true;
        Interruption.ThrowIfRequested();
        return false;
    }

    /// <summary>Takes the lock, waiting at most <paramref name="timeout"/> without holding a thread.</summary>
    /// <returns>The grant, or null when the time was over.</returns>
    public async Task<LockGrant?> AcquireAsync(LockRequest request, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (TryAcquireNow(request) is { } grant)
            return grant;
        if (timeout <= TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            return null;

        var granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiter = Enqueue(request, granted.SetResult);
        try
        {
            await granted.Task.WaitAsync(timeout, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            if (TryWithdraw(waiter))
                return null;
        }
        catch (OperationCanceledException)
        {
            if (!TryWithdraw(waiter))
                Release(request.Caller, request.Token);
            throw;
        }

        return waiter.Grant;
    }

    /// <summary>Gives the lock back; the first waiter gets it in the same step.</summary>
    /// <returns>True when the object is unlocked now or was not locked at all; false when somebody else holds it.</returns>
    public bool Release(Caller caller, string? token)
    {
        LockWaiter? next;
        lock (_gate)
        {
            if (_state is not { } held)
                return true;
            if (!held.IsHeldBy(caller, token))
                return false;
            next = EndHolding();
        }

        Announce("unlock", caller, next);
        return true;
    }

    /// <summary>Makes a lease last its full time again.</summary>
    /// <exception cref="QmiException">The caller does not hold the lock.</exception>
    public LockGrant Renew(Caller caller, string? token)
    {
        lock (_gate)
        {
            if (_state is not { } held || !held.IsHeldBy(caller, token))
                throw Refusal(caller, token, _state);
            RenewHeld(held);
            return new LockGrant(held.Token, held.Fence, held.Lease);
        }
    }

    /// <summary>Takes the lock away from whoever holds it.</summary>
    /// <returns>Whether it was locked; when not, nothing happened.</returns>
    public bool Force(Caller caller, string reason)
    {
        LockWaiter? next;
        lock (_gate)
        {
            if (_state is not { } held)
                return false;
            _previous = EndOf(held, "forced", caller.Name, reason);
            next = EndHolding();
        }

        Announce($"force_unlock: {reason}", caller, next);
        return true;
    }

    /// <summary>Throws when <paramref name="caller"/> may not call <paramref name="method"/> because of the lock.</summary>
    /// <exception cref="QmiException">LOCKED, LOCK_REQUIRED, LOCK_LOST.</exception>
    public void Check(Caller caller, string? token, RpcMethodDescription method)
    {
        if (method.Access == RpcAccess.Read || method.Lock == LockRule.Ignores)
            return;
        var held = _state;
        var isAllowed = held is null ? method.Lock != LockRule.Requires && !WasTakenFrom(caller, token) : held.IsHeldBy(caller, token);
        if (!isAllowed)
            throw Refusal(caller, token, held);
    }

    /// <summary>As <see cref="Check"/>; while the admission of the owner lasts, the lease does not run.</summary>
    internal Admission Admit(Caller caller, string? token, RpcMethodDescription method)
    {
        Check(caller, token, method);
        if (_state is not { Lease: not null } seen || !seen.IsHeldBy(caller, token))
            return default;
        lock (_gate)
        {
            // The lease may have ended between the look and now.
            if (_state?.Fence != seen.Fence)
                throw Refusal(caller, token, _state);
            _running++;
            return new Admission(this, seen.Fence);
        }
    }

    private LockGrant? TryAcquireNow(LockRequest request)
    {
        LockGrant grant;
        lock (_gate)
        {
            if (_state is { } held)
            {
                if (!held.IsHeldBy(request.Caller, request.Token))
                    return null;
                RenewHeld(held with { Note = request.Note ?? held.Note, Lease = request.Lease ?? held.Lease });
                return new LockGrant(held.Token, held.Fence, _state!.Lease);
            }

            grant = Hold(request);
        }

        Announce("lock", request.Caller, null);
        return grant;
    }

    private LockWaiter Enqueue(LockRequest request, Action granted)
    {
        var waiter = new LockWaiter(request, granted);
        lock (_gate)
        {
            // Between the first look and now the lock may have become free.
            if (_state is null)
                waiter.SetGranted(Hold(request));
            else
                _waiters.AddLast(waiter);
        }

        if (waiter.IsGranted)
            Announce("lock", request.Caller, waiter);
        else
            _object.NotifyChanged(ObjectAspect.Lock);
        return waiter;
    }

    private bool TryWithdraw(LockWaiter waiter)
    {
        lock (_gate)
            return _waiters.Remove(waiter);
    }

    private LockGrant Hold(LockRequest request)
    {
        var fence = ++_fence;
        _running = 0;
        _state = new LockState
        {
            Owner = request.Caller,
            Token = request.Token,
            Fence = fence,
            Note = request.Note,
            GrantedAt = _timeProvider.GetUtcNow(),
            Lease = request.Lease,
            ExpiresAt = request.Lease is { } lease ? _timeProvider.GetDeadline(lease) : MonotonicTime.Never,
        };
        ArmLeaseTimer();
        return new LockGrant(request.Token, fence, request.Lease);
    }

    private void RenewHeld(LockState held)
    {
        _state = held with { ExpiresAt = held.Lease is { } lease ? _timeProvider.GetDeadline(lease) : MonotonicTime.Never };
        ArmLeaseTimer();
    }

    private LockWaiter? EndHolding()
    {
        _state = null;
        ArmLeaseTimer();
        if (_waiters.First is not { } first)
            return null;
        _waiters.RemoveFirst();
        first.Value.SetGranted(Hold(first.Value.Request));
        return first.Value;
    }

    private LockEnd EndOf(LockState held, string end, string? by, string? reason) => new()
    {
        Owner = held.Owner.Name,
        Fence = held.Fence,
        End = end,
        By = by,
        Reason = reason,
        At = _timeProvider.GetUtcNow(),
        Token = held.Token,
    };

    private void ArmLeaseTimer() =>
        _leaseTimer.Change(_state is { } held && held.ExpiresAt != MonotonicTime.Never ? _timeProvider.GetRemaining(held.ExpiresAt) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private void OnLeaseTimer()
    {
        LockWaiter? next;
        Caller owner;
        lock (_gate)
        {
            if (_state is not { } held || _running > 0)
                return;
            if (_timeProvider.GetNanoseconds() < held.ExpiresAt)
            {
                ArmLeaseTimer();
                return;
            }

            owner = held.Owner;
            _previous = EndOf(held, "expired", null, null);
            next = EndHolding();
        }

        Announce("lease expired", owner, next);
    }

    private void EndAdmission(ulong fence)
    {
        lock (_gate)
        {
            if (_state is not { } held || held.Fence != fence)
                return;
            _running--;
            RenewHeld(held);
        }
    }

    private void Announce(string action, Caller caller, LockWaiter? next)
    {
        _object.Box.Audit.Write(AuditEntry.Of(_object, action, caller));
        _object.NotifyChanged(ObjectAspect.Lock);
        if (next is null)
            return;
        if (next.Request.Caller != caller || action != "lock")
            _object.Box.Audit.Write(AuditEntry.Of(_object, "lock", next.Request.Caller));
        next.Announce();
    }

    private bool WasTakenFrom(Caller caller, string? token) =>
        token is not null && _previous is { } end && end.Owner == caller.Name && LockTokens.AreEqual(end.Token, token);

    private QmiException Refusal(Caller caller, string? token, LockState? held)
    {
        if (WasTakenFrom(caller, token))
            return LockErrors.Lost(_object, _previous!);
        return held is null ? LockErrors.Required(_object) : LockErrors.Locked(_object, held, _timeProvider);
    }

    /// <summary>Lasts as long as the owner's call runs; the lease begins anew at its end.</summary>
    internal readonly struct Admission(ObjectLock? owner, ulong fence) : IDisposable
    {
        public void Dispose() => owner?.EndAdmission(fence);
    }
}
