namespace Qmi.Edge.Runtime;

/// <content>How the lock changes hands. Everything here is under the gate of the table.</content>
public sealed partial class ObjectLock
{
    /// <summary>The change of the table that a grant waits for to be on the disk.</summary>
    internal long WaitsForChange { get; private set; } = long.MaxValue;

    internal ulong FenceInTheMaking => _state is { IsGranting: true } granting ? granting.Fence : 0;

    /// <summary>The disk took, or did not take, a save that the grant in the making was part of.</summary>
    internal void OnSaved(LockTurn turn, Exception? failure)
    {
        WaitsForChange = long.MaxValue;
        if (_state is not { IsGranting: true })
            return;
        if (failure is null)
            Grant(turn);
        else
            Abandon(turn, StorageErrors.NotSaved($"The lock of {Name}", failure));
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
        var end = new LockEnd { Owner = held.Owner.Name, Fence = held.Fence, End = how, By = by, Reason = reason, At = TimeProvider.GetUtcNow(), Secret = held.Secret };
        _history.Add(end);
        if (how != LockEnd.Released)
        {
            _previous = end;
            turn.Notice(this, LockNotice.Of(end));
        }

        _state = null;
        _running = 0;
        if (held.Lease is not null)
            turn.MustSave();
        turn.LookAtBindings();
        turn.Done(this, how switch { LockEnd.Released => "unlock", LockEnd.Forced => $"force_unlock: {reason}", LockEnd.Expired => "lease expired", _ => $"lock {how}" }, doneBy);
        turn.Changed(this);
        GrantNext(turn);
    }
}
