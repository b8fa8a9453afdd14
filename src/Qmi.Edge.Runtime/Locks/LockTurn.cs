namespace Qmi.Edge.Runtime;

/// <summary>
/// One change of a lock table: it begins by taking the table's gate and ends by leaving it, and only then tells what has happened, so that
/// nobody who is told anything holds the gate.
/// </summary>
internal sealed class LockTurn : IDisposable
{
    private readonly LockTable _table;
    private readonly ILockEvents _events;
    private readonly List<Event> _happened = [];
    private bool _mustSave;
    private bool _hasBindings;

    public LockTurn(LockTable table, ILockEvents events)
    {
        (_table, _events) = (table, events);
        table.EnterGate();
        Now = table.TimeProvider.GetNanoseconds();
    }

    private enum Kind
    {
        Changed,
        Renewed,
        Done,
        Notice,
        Saved,
        Answered,
    }

    /// <summary>Monotonic nanoseconds: the one instant at which everything in this turn happens.</summary>
    public long Now { get; }

    /// <summary>What the disk has is no longer what is.</summary>
    public void MustSave()
    {
        if (!_mustSave)
            _table.CountChange();
        _mustSave = true;
    }

    /// <summary>Whose presence matters may have changed.</summary>
    public void LookAtBindings() => _hasBindings = true;

    public void Changed(ObjectLock target)
    {
        if (!_happened.Exists(happened => happened.Kind == Kind.Changed && happened.Target == target))
            _happened.Add(new Event(Kind.Changed) { Target = target });
    }

    public void Renewed(ObjectLock target) => _happened.Add(new Event(Kind.Renewed) { Target = target });

    public void Done(ObjectLock target, string action, Caller caller) => _happened.Add(new Event(Kind.Done) { Target = target, Text = action, Caller = caller });

    public void Notice(ObjectLock target, LockEvent notice) => _happened.Add(new Event(Kind.Notice) { Target = target, Content = notice });

    public void Saved(Exception? failure) => _happened.Add(new Event(Kind.Saved) { Content = failure });

    /// <summary>Gives somebody the one answer.</summary>
    public void Answer(LockWaiter waiter, LockGrant? grant, Exception? error = null)
    {
        waiter.Answer(grant, error);
        _happened.Add(new Event(Kind.Answered) { Content = waiter });
    }

    public void Dispose()
    {
        if (_hasBindings)
            _hasBindings = _table.Bindings.Update(_table.Locks);
        _table.ExitGate();
        foreach (var happened in _happened)
            Tell(happened);
        if (_hasBindings)
            _events.OnBoundCallersChanged();
        if (_mustSave)
            _table.RequestSave();
    }

    private void Tell(Event happened)
    {
        switch (happened.Kind)
        {
            case Kind.Changed:
                _events.OnChanged(happened.Target!);
                break;
            case Kind.Renewed:
                _events.OnRenewed(happened.Target!);
                break;
            case Kind.Done:
                _events.OnDone(happened.Target!, happened.Text!, happened.Caller!);
                break;
            case Kind.Notice:
                _events.OnNotice(happened.Target!, (LockEvent)happened.Content!);
                break;
            case Kind.Saved:
                _events.OnSaved((Exception?)happened.Content);
                break;
            case Kind.Answered:
                ((LockWaiter)happened.Content!).Announce();
                break;
        }
    }

    private readonly record struct Event(Kind Kind)
    {
        public ObjectLock? Target { get; init; }

        public string? Text { get; init; }

        public Caller? Caller { get; init; }

        public object? Content { get; init; }
    }
}
