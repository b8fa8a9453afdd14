namespace Qmi.Edge.Runtime;

/// <content>The lease. Everything here is under the gate of the table, but the timer itself.</content>
public sealed partial class ObjectLock
{
    private static readonly TimeSpan ShortestTimer = TimeSpan.FromMilliseconds(1);

    private long _armedFor = MonotonicTime.Never;

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
            End(turn, LockEnd.Expired, held.Owner, null, null);
    }

    private bool HasEnded(LockState held) =>
        held is { IsGranting: false, Lease: not null } && _table.Decisions.HasEnded(held, TimeProvider.GetNanoseconds(), Volatile.Read(ref _running));

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

    private static LockGrant ToGrant(LockState held, string token, long now) => new(token, held.Fence, held.Lease)
    {
        ExpiresIn = held.ExpiresAt == MonotonicTime.Never ? null : MonotonicTime.FromNanoseconds(Math.Max(0, held.ExpiresAt - now)),
    };

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
