namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <summary>A lock table with one thing wrong, made of the real one: the checker must notice.</summary>
internal sealed record LockMutant(string Name)
{
    public LockDecisions Decisions { get; init; } = LockDecisions.Right;

    public Func<TimeProvider, TimeProvider> Clock { get; init; } = static clock => clock;

    public Func<ILockStore, ILockStore> Store { get; init; } = static store => store;

    /// <summary>Nothing is wrong.</summary>
    public static LockMutant None { get; } = new("none");

    public static IReadOnlyList<LockMutant> All { get; } =
    [
        new("fences are not written down") { Store = static store => new ChangedStore(store) { Saving = static content => content with { Mark = 0, Spare = 0 } } },
        new("locks are not written down") { Store = static store => new ChangedStore(store) { Saving = static content => content with { Locks = [] } } },
        new("what comes back after a crash keeps its number") { Store = static store => new ChangedStore(store) { Loading = static content => content with { Spare = 0 } } },
        new("a recovered lock is forgotten") { Store = static store => new ChangedStore(store) { Loading = static content => content with { Locks = [] } } },
        new("a save that failed counts as one") { Store = static store => new ChangedStore(store) { IgnoresFailure = true } },
        new("leases end by the wall clock") { Clock = static clock => new WallClock(clock) },
        new("a grant is answered before it is on the disk") { Decisions = new Hasty() },
        new("fences in the process are not set aside") { Decisions = new Unreserved() },
        new("any token of the owner's name will do") { Decisions = new Trusting() },
        new("any fence will do") { Decisions = new Unfenced() },
        new("a lock that recovers is anybody's") { Decisions = new OpenRecovery() },
        new("a lease runs on while its owner's call does") { Decisions = new Unfrozen() },
        new("a lease never ends") { Decisions = new Endless() },
        new("a lease lasts a little longer for its owner") { Decisions = new Lenient() },
        new("the last who came gets the lock first") { Decisions = new LastFirst() },
        new("whoever got the lock stays in the queue") { Decisions = new Repeating() },
        new("whoever gave up stays in the queue") { Decisions = new Unforgetting() },
        new("the lock of the box does not hold back those who wait") { Decisions = new Ungated() },
    ];

    public override string ToString() => Name;

    private sealed class ChangedStore(ILockStore store) : ILockStore
    {
        public Func<LocksContent, LocksContent> Saving { get; init; } = static content => content;

        public Func<LocksContent, LocksContent> Loading { get; init; } = static content => content;

        public bool IgnoresFailure { get; init; }

        public LoadedLocks Load()
        {
            var loaded = store.Load();
            return loaded with { Content = Loading(loaded.Content) };
        }

        public void Save(LocksContent content)
        {
            try
            {
                store.Save(Saving(content));
            }
            catch (IOException) when (IgnoresFailure)
            {
                // That is what is wrong with it.
            }
        }

        public Action CreateRequest(Action save) => store.CreateRequest(save);
    }

    /// <summary>Takes the time of day for the time that passes.</summary>
    private sealed class WallClock(TimeProvider clock) : TimeProvider
    {
        private readonly DateTimeOffset _start = clock.GetUtcNow().AddDays(-10);

        public override long TimestampFrequency => MonotonicTime.Second;

        public override long GetTimestamp() => MonotonicTime.ToNanoseconds(clock.GetUtcNow() - _start);

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(callback, state, dueTime, period);
    }

    private sealed class Hasty : LockDecisions
    {
        public override bool MustBeSaved(TimeSpan? lease, ulong fence, ulong limit) => false;
    }

    private sealed class Unreserved : LockDecisions
    {
        public override bool MustBeSaved(TimeSpan? lease, ulong fence, ulong limit) => lease is not null;
    }

    private sealed class Trusting : LockDecisions
    {
        public override bool IsOwner(LockState held, Caller caller, string? token) => token is not null && held.Owner.Name == caller.Name;
    }

    private sealed class Unfenced : LockDecisions
    {
        public override bool IsInForce(LockState held, ulong fence) => true;
    }

    private sealed class OpenRecovery : LockDecisions
    {
        public override bool IsOwner(LockState held, Caller caller, string? token) => (token is not null && held.Phase == LockPhase.Recovering) || base.IsOwner(held, caller, token);
    }

    private sealed class Unfrozen : LockDecisions
    {
        public override bool HasEnded(LockState held, long now, int running) => base.HasEnded(held, now, 0);
    }

    private sealed class Endless : LockDecisions
    {
        public override bool HasEnded(LockState held, long now, int running) => false;
    }

    private sealed class Lenient : LockDecisions
    {
        public override bool HasEnded(LockState held, long now, int running) => base.HasEnded(held, now - (50 * MonotonicTime.Millisecond), running);
    }

    private sealed class LastFirst : LockDecisions
    {
        public override LockWaiter? TakeNext(LinkedList<LockWaiter> waiters, Func<LockRequest, bool> isOpenFor)
        {
            var last = waiters.LastOrDefault(waiter => isOpenFor(waiter.Request));
            if (last is not null)
                waiters.Remove(last);
            return last;
        }
    }

    private sealed class Repeating : LockDecisions
    {
        private LockWaiter? _taken;

        public override LockWaiter? TakeNext(LinkedList<LockWaiter> waiters, Func<LockRequest, bool> isOpenFor)
        {
            var next = base.TakeNext(waiters, isOpenFor);
            if (next is not null && next != _taken)
                waiters.AddFirst(next);
            return _taken = next;
        }
    }

    private sealed class Unforgetting : LockDecisions
    {
        public override void Leave(LinkedList<LockWaiter> waiters, LockWaiter waiter)
        {
        }
    }

    private sealed class Ungated : LockDecisions
    {
        public override LockWaiter? TakeNext(LinkedList<LockWaiter> waiters, Func<LockRequest, bool> isOpenFor) => base.TakeNext(waiters, static _ => true);
    }
}
