namespace Qmi.Edge.Runtime;

/// <content>
/// The states of the lock and every step between them, and nothing else changes <see cref="_state"/>. Everything here is under the gate of the
/// table, but the timer itself.
/// <code>
/// free        --BeginGrant--> granting     nobody has been told yet: the disk first
/// granting    --Grant-------> held         all who asked with this token are told
/// granting    --Abandon-----> free         the disk did not take it, or nobody wants it any more
/// held        --OnPresence--> grace        bound, and its owner is gone: the lease is short
/// grace       --OnPresence--> held         it is there again
/// (restart)   --Recover-----> recovering   one lease in which only its owner gets in
/// any of them --KeepAlive---> held         the owner has shown that it is there, perhaps asking again and for other terms
/// any of them --End---------> free         released, forced, expired, removed; the first who waits is next
/// </code>
/// </content>
public sealed partial class ObjectLock
{
    private static readonly TimeSpan ShortestTimer = TimeSpan.FromMilliseconds(1);

    private long _armedFor = MonotonicTime.Never;
    private TimeSpan? _longerLease;

    /// <summary>The change of the table that a grant waits for to be on the disk.</summary>
    internal long WaitsForChange { get; private set; } = long.MaxValue;

    internal ulong FenceInTheMaking => _state is { IsGranting: true } granting ? granting.Fence : 0;

    /// <summary>Under the gate: takes over what an earlier run of the box, or an object of the same name, has left.</summary>
    internal void Recover(LockTurn turn, KeptLock? kept, LockEvent? end)
    {
        // The number itself may be forgotten; that it was no higher than this is certain.
        _fence = kept?.Fence ?? _table.Fences.Last;
        _previous = end;
        if (end is not null)
            _history.Add(end);
        if (kept is null)
            return;
        var endsAt = After(turn.Now, MonotonicTime.ToNanoseconds(kept.Lease));
        _state = new LockState
        {
            Owner = new Caller(kept.Owner, RpcAccess.Read),
            Secret = kept.Secret,
            Fence = kept.Fence,
            EarlierFences = kept.EarlierFences,
            Note = kept.Note,
            IsBound = kept.IsBound,
            GrantedAt = kept.GrantedAt,
            Lease = kept.Lease,
            Phase = LockPhase.Recovering,
            LeaseEndsAt = endsAt,
            ExpiresAt = endsAt,
        };
        ArmLeaseTimer(turn.Now);
        turn.LookAtBindings();
        turn.Changed(this);
    }

    /// <summary>Ends the lock with its object: whoever waits is answered, and nobody gets it any more.</summary>
    /// <param name="reason">The answer.</param>
    /// <param name="isKept">Whether the box stops: then the owner finds its lock again after the restart.</param>
    internal void Close(QmiException reason, bool isKept)
    {
        using var turn = _table.Enter();
        Close(turn, reason, isKept);
    }

    /// <summary>As the other one, in a turn.</summary>
    internal void Close(LockTurn turn, QmiException reason, bool isKept)
    {
        if (_closed is not null)
            return;
        _closed = reason;
        Settle(turn);
        foreach (var waiter in _waiters.Concat(_granting).ToArray())
            turn.Answer(waiter, null, reason);
        _waiters.Clear();
        _granting.Clear();
        CountWaiters();
        if (_state is { IsGranting: true })
        {
            _state = null;
            turn.MustSave();
        }

        // Nobody has proved yet to be the owner of a recovering one: it waits for the next object of the name.
        var kept = isKept || _state is { Phase: LockPhase.Recovering } ? ToKept() : null;
        if (_state is { } held && !isKept && kept is null)
            End(turn, LockEvent.Removed, held.Owner, null, null);
        _state = null;
        _table.Forget(this, kept);
        _leaseTimer.Dispose();
        turn.LookAtBindings();
    }

    /// <summary>The disk took, or did not take, a save that somebody waits for: for a grant, or for a longer lease.</summary>
    internal void OnSaved(LockTurn turn, Exception? failure)
    {
        WaitsForChange = long.MaxValue;
        Settle(turn);
        switch (_state, failure)
        {
            case (null, _):
                break;
            case ({ IsGranting: true }, null):
                Grant(turn);
                break;
            case ({ IsGranting: true }, _):
                Abandon(turn, StorageErrors.NotSaved($"The lock of {Name}", failure));
                break;
            default:
                EndLengthening(turn, failure);
                break;
        }
    }

    /// <summary>Gives the lock, if it is free, to the first who waits and may have it.</summary>
    internal void GrantNext(LockTurn turn)
    {
        if (_state is null && _closed is null && _table.Decisions.TakeNext(_waiters, IsOpenFor) is { } next)
        {
            CountWaiters();
            BeginGrant(turn, next);
        }

        if (_table.BoxLock != this)
            return;
        // What the lock of the box kept back may go on.
        foreach (var gated in _table.Locks.Where(gated => gated != this))
            gated.GrantNext(turn);
    }

    private void BeginGrant(LockTurn turn, LockWaiter first)
    {
        var request = first.Request;
        var fence = _table.Fences.Take(inProcess: request.Lease is null);
        _state = new LockState
        {
            Owner = request.Caller,
            Secret = new LockSecret(request.Token),
            Fence = fence,
            Note = request.Note,
            Lease = request.Lease,
            IsBound = request.Bind,
            GrantedAt = TimeProvider.GetUtcNow(),
            IsGranting = true,
        };
        _granting.Add(first);
        first.BeginGranting();
        JoinDuplicates();
        turn.LookAtBindings();
        if (_table.MustBeSaved(request.Lease, fence))
        {
            turn.MustSave();
            WaitsForChange = _table.Changes;
            return;
        }

        Grant(turn);
        if (_table.WantsBlock)
            turn.MustSave();
    }

    // A copy of the same request must not get the lock a second time after its owner has given it back.
    private void JoinDuplicates()
    {
        for (var node = _waiters.First; node is not null;)
        {
            var (waiter, next) = (node.Value, node.Next);
            if (IsOwner(_state!, waiter.Request.Caller, waiter.Request.Token))
            {
                _waiters.Remove(node);
                waiter.BeginGranting();
                _granting.Add(waiter);
            }

            node = next;
        }

        CountWaiters();
    }

    // The same caller with the same token asks twice when a message was delivered twice, when it has restarted, or when it wants other terms.
    private void AskAgain(LockTurn turn, LockState held, LockWaiter waiter)
    {
        var request = waiter.Request;
        var isLonger = request.Lease > held.Lease && _table.IsKept;
        if (held.IsGranting || isLonger)
        {
            waiter.BeginGranting();
            _granting.Add(waiter);
        }

        if (held.IsGranting)
            return;
        var lease = isLonger ? held.Lease : request.Lease ?? held.Lease;
        var isBound = held.IsBound || request.Bind;
        if (isLonger || lease != held.Lease || isBound != held.IsBound || (request.Note is not null && request.Note != held.Note))
        {
            _state = held with { Lease = lease, IsBound = isBound, Note = request.Note ?? held.Note };
            turn.MustSave();
            turn.LookAtBindings();
            turn.Changed(this);
        }

        var grant = KeepAlive(turn, request.Caller, request.Token);
        if (isLonger)
            Lengthen(request.Lease!.Value);
        else
            turn.Answer(waiter, grant);
    }

    // A longer lease is promised when the disk knows of it: after a power cut the lock must come back for as long.
    private void Lengthen(TimeSpan lease)
    {
        _longerLease = _longerLease > lease ? _longerLease : lease;
        WaitsForChange = _table.Changes;
    }

    private void EndLengthening(LockTurn turn, Exception? failure)
    {
        if (failure is null)
            _state = _state! with { Lease = _longerLease ?? _state.Lease };
        _longerLease = null;
        foreach (var waiter in _granting)
        {
            if (failure is null)
                turn.Answer(waiter, KeepAlive(turn, waiter.Request.Caller, waiter.Request.Token));
            else
                turn.Answer(waiter, null, StorageErrors.NotSaved($"The longer lease of {Name}", failure));
        }

        _granting.Clear();
        turn.Changed(this);
    }

    private void Grant(LockTurn turn)
    {
        // Whoever was promised an answer by now has stopped waiting for it.
        foreach (var late in _granting.Where(waiter => turn.Now >= waiter.Request.Deadline).ToArray())
        {
            _granting.Remove(late);
            turn.Answer(late, null, LockErrors.NotInTime(Name));
        }

        if (_granting.Count == 0)
        {
            Abandon(turn, null);
            return;
        }

        var held = _state! with { IsGranting = false, GrantedAt = TimeProvider.GetUtcNow() };
        Volatile.Write(ref _fence, held.Fence);
        _running = 0;
        _state = Renewed(held, turn.Now, isSignOfLife: false);
        ArmLeaseTimer(turn.Now);
        var grant = ToGrant(_state, _granting[0].Request.Token, turn.Now);
        turn.Done(this, "lock", held.Owner);
        turn.Changed(this);
        foreach (var waiter in _granting)
            turn.Answer(waiter, grant);
        _granting.Clear();
    }

    // Nobody was told of the grant, so it never was. The disk may know it: then a restart keeps the lock back for one lease, in which nobody claims it.
    private void Abandon(LockTurn turn, QmiException? answer)
    {
        foreach (var waiter in _granting)
            turn.Answer(waiter, null, answer);
        _granting.Clear();
        _state = null;
        WaitsForChange = long.MaxValue;
        turn.MustSave();
        turn.LookAtBindings();
        turn.Changed(this);
        GrantNext(turn);
    }

    private void End(LockTurn turn, string how, Caller doneBy, string? by, string? reason)
    {
        var held = _state!;
        var end = new LockEvent { Owner = held.Owner.Name, Fence = held.Fence, Kind = how, By = by, Reason = reason, At = TimeProvider.GetUtcNow(), Secret = held.Secret };
        _history.Add(end);
        if (how != LockEvent.Released)
        {
            _previous = end;
            turn.Notice(this, end);
        }

        _state = null;
        _running = 0;
        _longerLease = null;
        foreach (var waiter in _granting)
            turn.Answer(waiter, null, LockErrors.Lost(Name, waiter.Request.Caller, held.Fence, end, null));
        _granting.Clear();
        if (held.Lease is not null)
            turn.MustSave();
        turn.LookAtBindings();
        turn.Done(this, how switch { LockEvent.Released => "unlock", LockEvent.Forced => $"force_unlock: {reason}", LockEvent.Expired => "lease expired", _ => $"lock {how}" }, doneBy);
        turn.Changed(this);
        GrantNext(turn);
    }

    /// <summary>What is known of the owner's presence has changed.</summary>
    internal void OnPresence(LockTurn turn, string caller, bool isPresent)
    {
        Settle(turn);
        if (_state is not { IsBound: true, IsGranting: false, Lease: not null } held || held.Owner.Name != caller)
            return;
        var expiresAt = isPresent ? held.LeaseEndsAt : Math.Min(held.ExpiresAt, After(turn.Now, _table.Bindings.Grace));
        var phase = held.Phase == LockPhase.Recovering ? LockPhase.Recovering : isPresent ? LockPhase.Held : LockPhase.Grace;
        if (expiresAt == held.ExpiresAt && phase == held.Phase)
            return;
        _state = held with { ExpiresAt = expiresAt, Phase = phase };
        ArmLeaseTimer(turn.Now);
        turn.Changed(this);
    }

    /// <summary>Ends a lease whose time is over. The timer may come late, after a suspend for example: what decides is the clock.</summary>
    private void Settle(LockTurn turn)
    {
        if (_state is { IsGranting: false, Lease: not null } held && _table.Decisions.HasEnded(held, turn.Now, _running))
            End(turn, LockEvent.Expired, held.Owner, null, null);
    }

    /// <summary>The owner has shown that it is there.</summary>
    private LockGrant KeepAlive(LockTurn turn, Caller caller, string token)
    {
        var held = _state!;
        if (held.Lease is null)
            return ToGrant(held, token, turn.Now);
        var renewed = Renewed(held, turn.Now, isSignOfLife: true);
        if (held.Phase == LockPhase.Recovering)
            renewed = renewed with { Owner = caller, Secret = new LockSecret(token) };
        _state = renewed;
        ArmLeaseTimer(turn.Now);
        if (renewed.Phase == held.Phase)
            turn.Renewed(this);
        else
            turn.Changed(this);
        return ToGrant(renewed, token, turn.Now);
    }

    private void BeginCall() => Volatile.Write(ref _running, _running + 1);

    /// <summary>A call of the owner has ended; with the last of them the lease begins anew.</summary>
    private void EndCall(ulong fence)
    {
        using var turn = _table.Enter();
        // Forced meanwhile: the call was one of a lock that is no more.
        if (_state is not { IsGranting: false } held || held.Fence != fence)
            return;
        Volatile.Write(ref _running, _running - 1);
        if (_running > 0)
            return;
        _state = Renewed(held, turn.Now, isSignOfLife: false);
        ArmLeaseTimer(turn.Now);
        turn.Renewed(this);
    }

    // That a call ends says nothing about whether its caller is still there.
    private LockState Renewed(LockState held, long now, bool isSignOfLife)
    {
        if (held.Lease is not { } lease)
            return held;
        var endsAt = After(now, MonotonicTime.ToNanoseconds(lease));
        if (isSignOfLife || !held.IsBound || !_table.Bindings.IsGone(held.Owner.Name))
            return held with { Phase = LockPhase.Held, LeaseEndsAt = endsAt, ExpiresAt = endsAt };
        return held with { Phase = LockPhase.Grace, LeaseEndsAt = endsAt, ExpiresAt = Math.Min(endsAt, After(now, _table.Bindings.Grace)) };
    }

    // A renewal arms nothing: the timer comes at the old time, and sees that it must come again.
    private void ArmLeaseTimer(long now)
    {
        if (_state is not { Lease: not null, IsGranting: false } held || held.ExpiresAt >= _armedFor)
            return;
        _armedFor = held.ExpiresAt;
        var left = MonotonicTime.FromNanoseconds(held.ExpiresAt - now);
        _leaseTimer.Change(left < ShortestTimer ? ShortestTimer : left, Timeout.InfiniteTimeSpan);
    }

    private void OnLeaseTimer()
    {
        using var turn = _table.Enter();
        _armedFor = MonotonicTime.Never;
        Settle(turn);
        // While a call of the owner runs nothing is due; its end arms the timer.
        if (_running == 0)
            ArmLeaseTimer(turn.Now);
    }
}
