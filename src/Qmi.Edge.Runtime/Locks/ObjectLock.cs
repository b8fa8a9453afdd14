namespace Qmi.Edge.Runtime;

/// <summary>
/// The lock of one object: one owner, waiters in order of arrival who are granted by the release itself, leases on the monotonic clock.
/// Reads of its state take no gate.
/// </summary>
public sealed partial class ObjectLock
{
    private readonly LockTable _table;
    private readonly LinkedList<LockWaiter> _waiters = new();
    private readonly List<LockWaiter> _granting = [];
    private readonly LockHistory _history = new();
    private readonly ITimer _leaseTimer;
    private volatile LockState? _state;
    private volatile LockEvent? _previous;
    private QmiException? _closed;
    private ulong _fence;
    private int _running;
    private int _waiterCount;

    internal ObjectLock(LockTable table, string name, RpcObject? target)
    {
        (_table, Name, Target) = (table, name, target);
        _leaseTimer = table.TimeProvider.CreateTimer(static state => ((ObjectLock)state!).OnLeaseTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Who holds the lock; null when nobody does.</summary>
    public LockState? State => _state is { IsGranting: false } held && !HasEnded(held) ? held : null;

    /// <summary>How the last lock ended that its owner did not release; null when there was none.</summary>
    public LockEvent? Previous => _previous;

    /// <summary>
    /// What to stamp on everything the object does: the number of the newest grant of its lock, or of the box's when that is the one in
    /// force. It never falls; 0 before the first.
    /// </summary>
    public ulong Fence => State?.Fence ?? Math.Max(OwnFence, BoxLock?.OwnFence ?? 0);

    /// <summary>How many wait for the lock.</summary>
    public int Waiters => Volatile.Read(ref _waiterCount);

    /// <summary>Name of the object.</summary>
    internal string Name { get; }

    /// <summary>The object; null in a table without a box.</summary>
    internal RpcObject? Target { get; }

    internal LockTable Table => _table;

    /// <summary>The number of the newest grant of this very lock.</summary>
    internal ulong OwnFence => Volatile.Read(ref _fence);

    /// <summary>Whether a call of the owner runs, so that the lease does not.</summary>
    internal bool IsFrozen => Volatile.Read(ref _running) > 0;

    /// <summary>The lock of the box that gates this one; null for itself.</summary>
    internal ObjectLock? BoxLock => _table.BoxLock is { } box && box != this ? box : null;

    /// <summary>Under the gate: whose presence matters.</summary>
    internal IEnumerable<string> BoundCallers =>
        _waiters.Concat(_granting).Where(waiter => waiter.Request.Bind).Select(waiter => waiter.Request.Caller.Name).Concat(_state is { IsBound: true } held ? [held.Owner.Name] : []);

    private TimeProvider TimeProvider => _table.TimeProvider;

    /// <summary>Under the gate: what must be known of it after a restart, or null. A grant that is not answered yet is part of it: that is how it gets there.</summary>
    internal KeptLock? ToKept() => _state is { Lease: { } lease } held
        ? new KeptLock(Name, held.Owner.Name, held.Fence, _longerLease ?? lease, held.Note, held.IsBound, held.GrantedAt, held.Secret) { EarlierFences = held.EarlierFences }
        : null;

    private bool HasEnded(LockState held) =>
        held is { IsGranting: false, Lease: not null } && _table.Decisions.HasEnded(held, TimeProvider.GetNanoseconds(), Volatile.Read(ref _running));

    private static LockGrant ToGrant(LockState held, string token, long now) => new(token, held.Fence, held.Lease)
    {
        ExpiresIn = held.ExpiresAt == MonotonicTime.Never ? null : MonotonicTime.FromNanoseconds(Math.Max(0, held.ExpiresAt - now)),
    };

    private static long After(long now, long nanoseconds) => nanoseconds > MonotonicTime.Never - now ? MonotonicTime.Never : now + nanoseconds;

    private void CountWaiters() => Volatile.Write(ref _waiterCount, _waiters.Count);
}
