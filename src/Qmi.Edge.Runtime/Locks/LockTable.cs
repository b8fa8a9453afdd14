namespace Qmi.Edge.Runtime;

/// <summary>
/// The locks of one box: one gate for all of them, one source of fences, one file. What is promised is in docs/explanation/locks.md.
/// </summary>
public sealed class LockTable : IDisposable
{
    // How soon a disk that took no save is tried again.
    private static readonly TimeSpan SaveRetry = TimeSpan.FromSeconds(10);

    private const int MostEarlierFences = 16;

    private readonly Lock _gate = new();
    private readonly LockSurroundings _surroundings;
    private readonly Dictionary<string, ObjectLock> _locks = [];
    private readonly Dictionary<string, KeptLock> _unclaimed;
    private readonly Dictionary<string, LockEvent> _ends;
    private readonly Action? _requestSave;
    private readonly ITimer _retryTimer;
    private long _changes;
    private bool _isGivenBack;
    private bool _willRetry;

    internal LockTable(LockSurroundings surroundings)
    {
        _surroundings = surroundings;
        var (content, damage) = surroundings.Store?.Load() ?? new LoadedLocks(LocksContent.Empty, null);
        Damage = damage;
        Fences = new FenceCounter(content, surroundings.FenceBlock, surroundings.SpareFences);
        _unclaimed = Renumber(content).ToDictionary(kept => kept.Object);
        _ends = content.Ends.ToDictionary(kept => kept.Object, kept => kept.End);
        Bindings = new LockBindings(surroundings.Options.DeathGrace);
        _requestSave = surroundings.Store?.CreateRequest(Save);
        _retryTimer = TimeProvider.CreateTimer(static state => ((LockTable)state!).OnRetryTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // What was damaged is whole again before anything is built on it; a block is there before anybody needs it.
        if (damage is not null || Fences.NeedsBlock)
            RequestSave();
    }

    /// <summary>What callers from outside are allowed.</summary>
    public LockOptions Options => _surroundings.Options;

    /// <summary>The callers whose presence matters: they hold, or wait for, a lock that is bound to it.</summary>
    public IReadOnlyCollection<string> BoundCallers
    {
        get
        {
            lock (_gate)
                return [.. Bindings.Callers];
        }
    }

    internal TimeProvider TimeProvider => _surroundings.TimeProvider;

    internal LockDecisions Decisions => _surroundings.Decisions;

    /// <summary>What was wrong with the file; null when nothing was.</summary>
    internal string? Damage { get; }

    internal FenceCounter Fences { get; }

    internal LockBindings Bindings { get; }

    internal IEnumerable<ObjectLock> Locks => _locks.Values;

    /// <summary>The lock of the box itself, which gates all others; null until there is one.</summary>
    internal ObjectLock? BoxLock { get; private set; }

    /// <summary>Tells the table what is known of a caller's presence.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="isPresent">Whether it is there. That it is gone counts only when it was there since its lock was bound.</param>
    public void ReportPresence(string caller, bool isPresent)
    {
        using var turn = Enter();
        if (Bindings.TryReport(caller, isPresent))
        {
            foreach (var held in _locks.Values)
                held.OnPresence(turn, caller, isPresent);
        }
    }

    /// <summary>Ends the table: nothing is granted any more, and the numbers that were set aside are given back.</summary>
    public void Dispose()
    {
        using var turn = Enter();
        foreach (var target in _locks.Values.ToArray())
            target.Close(turn, new QmiException(ErrorCode.ShuttingDown, "The box is stopping."), isKept: true);
        _retryTimer.Dispose();
        _isGivenBack = true;
        Fences.GiveBack();
        if (Fences.Last > 0)
            turn.MustSave();
    }

    internal LockTurn Enter() => new(this, _surroundings.Events);

    internal void EnterGate() => _gate.Enter();

    internal void ExitGate() => _gate.Exit();

    /// <summary>The lock of a new object. What an earlier run of the box left under the name is its.</summary>
    internal ObjectLock Open(string name, RpcObject? target)
    {
        using var turn = Enter();
        // An object of that name that could not be made never gave its lock back.
        _locks.GetValueOrDefault(name)?.Close(turn, new QmiException(ErrorCode.NoSuchObject, $"{name} was removed while the call waited."), isKept: false);
        var opened = new ObjectLock(this, name, target);
        _locks.Add(name, opened);
        if (name == BoxObject.ObjectName)
            BoxLock = opened;
        _ends.Remove(name, out var end);
        _unclaimed.Remove(name, out var kept);
        opened.Recover(turn, kept, end);
        return opened;
    }

    /// <summary>Forgets a lock whose object is gone; what is kept waits for the next object of the name.</summary>
    internal void Forget(ObjectLock closed, KeptLock? kept)
    {
        _locks.Remove(closed.Name);
        if (kept is not null)
            _unclaimed[closed.Name] = kept;
        if (closed.Previous is { } end)
            _ends[closed.Name] = end;
    }

    /// <summary>Whether locks survive a restart.</summary>
    internal bool IsKept => _requestSave is not null;

    /// <summary>Whether a grant must wait for the disk.</summary>
    internal bool MustBeSaved(TimeSpan? lease, ulong fence) => IsKept && Decisions.MustBeSaved(lease, fence, Fences.Limit);

    /// <summary>Under the gate: there is something new to save.</summary>
    /// <returns>A save that begins from now on has it.</returns>
    internal long CountChange() => ++_changes;

    internal long Changes => _changes;

    /// <summary>Under the gate: whether a block of fences must be set aside now. A disk that takes nothing is not asked for each grant.</summary>
    internal bool WantsBlock => Fences.NeedsBlock && !_willRetry && !_isGivenBack;

    internal void RequestSave() => _requestSave?.Invoke();

    // A lock that its owner gave back may still be on the disk, and code of the process may have had a later one, which was never there. What comes
    // back after a crash is therefore given a number above both; its owner goes on under the one it knows. The same file gives the same numbers.
    private static IEnumerable<KeptLock> Renumber(LocksContent content)
    {
        var next = content.Mark - content.Spare;
        return content.Locks.OrderBy(kept => kept.Object, StringComparer.Ordinal)
            .Select(kept => next >= content.Mark ? kept : kept with { Fence = ++next, EarlierFences = [.. kept.EarlierFences.TakeLast(MostEarlierFences - 1), kept.Fence] });
    }

    private void Save()
    {
        LocksContent content;
        long changes;
        lock (_gate)
            (content, changes) = (Snapshot(), _changes);
        try
        {
            _surroundings.Store!.Save(content);
        }
        catch (Exception exception)
        {
            End(changes, content, exception);
            throw;
        }

        End(changes, content, null);
    }

    private void End(long changes, LocksContent content, Exception? failure)
    {
        using var turn = Enter();
        turn.Saved(failure);
        _willRetry = failure is not null && !_isGivenBack;
        if (failure is null)
            Fences.Confirm(content);
        else if (_willRetry)
            _retryTimer.Change(SaveRetry, Timeout.InfiniteTimeSpan);
        // In the order in which they were begun.
        foreach (var target in _locks.Values.Where(target => target.WaitsForChange <= changes).OrderBy(target => target.FenceInTheMaking).ToArray())
            target.OnSaved(turn, failure);
        if (WantsBlock)
            turn.MustSave();
    }

    private void OnRetryTimer()
    {
        using var turn = Enter();
        if (_willRetry)
            turn.MustSave();
    }

    private LocksContent Snapshot() => Fences.ToSave() with
    {
        Locks = [.. _locks.Values.Select(target => target.ToKept()).OfType<KeptLock>(), .. _unclaimed.Values],
        Ends =
        [
            .. _locks.Values.Where(target => target.Previous is not null).Select(target => new KeptEnd(target.Name, target.Previous!)),
            .. _ends.Select(end => new KeptEnd(end.Key, end.Value)),
        ],
    };
}
