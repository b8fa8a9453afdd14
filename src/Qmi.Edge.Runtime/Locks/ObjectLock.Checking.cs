namespace Qmi.Edge.Runtime;

/// <content>Who may call.</content>
public sealed partial class ObjectLock
{
    /// <summary>Under the gate: the lock as it is at this instant, also one in the making; null when nobody has it.</summary>
    internal LockState? InForce => _state is { } held && !HasEnded(held) ? held : null;

    /// <summary>Throws when <paramref name="caller"/> may not call <paramref name="method"/> because of the lock. A call that may be made renews the lease.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="token">The token that came with the call: of this lock, or of the lock of the box.</param>
    /// <param name="method">What is called.</param>
    /// <param name="fence">The fence that came with the call.</param>
    /// <exception cref="QmiException">
    /// LOCKED, LOCK_REQUIRED; LOCK_LOST: a token or a fence came with the call, and it is not in force, whatever the method does about locks.
    /// </exception>
    public void Check(Caller caller, string? token, RpcMethodDescription method, ulong? fence = null)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(method);
        if (IsPassed(caller, token, method, fence))
            return;
        using var turn = _table.Enter();
        Verify(turn, caller, token, method, fence);
    }

    /// <summary>As <see cref="Check"/>; while the admission of the owner lasts, the lease does not run.</summary>
    internal Admission Admit(Caller caller, string? token, RpcMethodDescription method, ulong? fence = null)
    {
        if (IsPassed(caller, token, method, fence))
            return default;
        using var turn = _table.Enter();
        var (own, box) = Verify(turn, caller, token, method, fence);
        own?.BeginCall();
        box?.BeginCall();
        return own is null && box is null ? default : new Admission(own, own?._state!.Fence ?? 0, box, box?._state!.Fence ?? 0);
    }

    // The two usual cases, at no cost: nobody holds anything, and the owner is in the process.
    private bool IsPassed(Caller caller, string? token, RpcMethodDescription method, ulong? fence)
    {
        if (method.Access == RpcAccess.Read)
            return true;
        if (fence is not null || BoxLock?._state is not null)
            return false;
        return _state switch
        {
            null => token is null && method.Lock != LockRule.Requires,
            { Lease: null, IsGranting: false } held => IsOwner(held, caller, token),
            _ => false,
        };
    }

    /// <summary>Throws, or renews the leases that the call proves to hold and returns those locks.</summary>
    private (ObjectLock? Own, ObjectLock? Box) Verify(LockTurn turn, Caller caller, string? token, RpcMethodDescription method, ulong? fence)
    {
        Settle(turn);
        BoxLock?.Settle(turn);
        var (own, box) = (_state, BoxLock?._state);
        var isOwner = own is not null && IsOwner(own, caller, token);
        var isBoxOwner = box is not null && IsOwner(box, caller, token);
        if (isOwner && own!.IsGranting)
            throw Locked(own);
        if (isBoxOwner && box!.IsGranting)
            throw BoxLock!.Locked(box);
        if (token is not null && !isOwner && !isBoxOwner)
            throw Lost(caller, token, fence);
        if (fence is { } number && !IsInForce(own, token is null || isOwner, number) && !IsInForce(box, token is null || isBoxOwner, number))
            throw Lost(caller, token, fence);
        if (method.Lock != LockRule.Ignores)
            ThrowIfGated(caller, own, isOwner, box, isBoxOwner, method);

        if (isOwner)
            KeepAlive(turn, caller, token!);
        if (isBoxOwner)
            BoxLock!.KeepAlive(turn, caller, token!);
        return (isOwner ? this : null, isBoxOwner ? BoxLock : null);
    }

    private void ThrowIfGated(Caller caller, LockState? own, bool isOwner, LockState? box, bool isBoxOwner, RpcMethodDescription method)
    {
        if (own is not null && !isOwner)
            throw Locked(own);
        // The code of the box is a part of what is locked, and no other caller.
        if (box is not null && !isBoxOwner && caller.Name != Caller.Local.Name && !(isOwner && box.Owner.Name == caller.Name))
            throw BoxLock!.Locked(box);
        if (method.Lock == LockRule.Requires && !isOwner && !isBoxOwner)
            throw LockErrors.Required(Name);
    }

    private bool IsInForce(LockState? held, bool isMeant, ulong fence) => isMeant && held is { IsGranting: false } && _table.Decisions.IsInForce(held, fence);

    private bool IsOwner(LockState held, Caller caller, string? token) => _table.Decisions.IsOwner(held, caller, token);

    /// <summary>The error for whoever asked for the lock and did not get it.</summary>
    internal QmiException Denied(LockRequest request)
    {
        using var turn = _table.Enter();
        if (_state is { } held)
            return Locked(held);
        return BoxLock?._state is { } box && !IsOpenFor(request) ? BoxLock.Locked(box) : LockErrors.JustFreed(Name);
    }

    private QmiException Locked(LockState held) => LockErrors.Locked(Name, held, IsFrozen ? null : TimeProvider);

    private QmiException Lost(Caller caller, string? token, ulong? fence) =>
        LockErrors.Lost(Name, caller, fence, _history.Find(caller, token, fence) ?? BoxLock?._history.Find(caller, token, fence), _state ?? BoxLock?._state);

    /// <summary>Lasts as long as the owner's call runs; the lease begins anew at its end.</summary>
    internal readonly struct Admission(ObjectLock? own, ulong fence, ObjectLock? box, ulong boxFence) : IDisposable
    {
        /// <summary>The fence of the lock that the call has proved to hold; null when it has proved none.</summary>
        public ulong? Fence => own is not null ? fence : box is not null ? boxFence : null;

        public void Dispose()
        {
            own?.EndCall(fence);
            box?.EndCall(boxFence);
        }
    }
}
