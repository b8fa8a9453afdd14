using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Keeps a task's settings on their way from a push to the disk, to the task and back to whoever pushed. Everything that is told is on the
/// disk first. The task itself meets only the <see cref="Slot"/>; what follows from what it does there is worked out by other threads.
/// </summary>
internal sealed partial class SettingsKeeper<T>
{
    // A disk that takes longer has a trouble that a task need not wait for.
    private static readonly TimeSpan LongestWaitForIncoming = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly QmiTaskRunner _owner;
    private readonly DataType<T> _type;
    private readonly TimeProvider _timeProvider;
    private readonly SerialQueue _worker;
    private readonly Dictionary<long, PushedSettings<T>> _open = [];
    private readonly Queue<(long Version, SettingsAck Ack)> _untold = new();
    private readonly ITimer _timer;
    private readonly SettingsFile? _file;
    private readonly bool _wasRemembered;
    private SettingsState<T> _state;
    private volatile SettingsState<T> _shown;
    private volatile bool _hasUnsavedRefusals;
    private long _version;
    private long _savedVersion;

    /// <param name="owner">The task.</param>
    /// <param name="type">How its settings look as JSON.</param>
    /// <param name="beginning">What they begin with.</param>
    public SettingsKeeper(QmiTaskRunner owner, DataType<T> type, SettingsBeginning<T> beginning)
    {
        (_owner, _type, _timeProvider) = (owner, type, owner.Box.TimeProvider);
        _worker = new SerialQueue(exception => LogFailed(owner.Logger, exception));
        _file = owner.Box.State is { } state && type.Schema.Type != SchemaType.Null ? new SettingsFile(state, owner.Name, Save) : null;
        _state = _shown = beginning.Load(_file);
        _wasRemembered = beginning.WasRemembered;
        Slot = new SettingsSlot<T>(owner.Box, _state.Reported, _state.Head);
        _timer = _timeProvider.CreateTimer(static state => ((SettingsKeeper<T>)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // Before anybody sees it: what was taken back or edited while the box was away has a revision of its own.
        if (beginning.HasChanged)
            SaveBeginning();
        RaiseAtBeginning(beginning);
        if (_state.Pending is { } pending)
            Slot.Offer(Open(pending));
        lock (_gate)
            Rearm();
    }

    /// <summary>Where the task finds its settings.</summary>
    public SettingsSlot<T> Slot { get; }

    /// <summary>What may be shown: it survives a power cut.</summary>
    public SettingsState<T> Shown => _shown;

    /// <summary>The newest settings that a merge is laid over, and the <see cref="SettingsSlot{T}.Epoch"/> in which they are that; null before there were any.</summary>
    public (SettingsEntry<T>? Entry, long Epoch) FindNewest()
    {
        var epoch = Slot.Epoch;
        // In this order: what waits may come into effect in between, but then it is in effect.
        var (waiting, adopting, reported) = (Slot.Waiting, Slot.Adopting, Slot.Reported);
        return (waiting is { Terms.ArePlain: true } ? waiting.Entry : adopting?.Entry ?? reported, epoch);
    }

    /// <summary>The pointers of what the revisions after <paramref name="revision"/> set; null when that is not known.</summary>
    public IReadOnlyList<string>? ChangedSince(long revision)
    {
        lock (_gate)
            return _state.Head == Slot.Head ? _state.History.Since(revision, _state.Head) : null;
    }

    /// <summary>Gives checked settings a revision and takes them in.</summary>
    /// <param name="value">The settings.</param>
    /// <param name="paths">The pointers of what they set.</param>
    /// <param name="pusher">Who pushes.</param>
    /// <param name="terms">Under which conditions.</param>
    /// <param name="epoch">When what they were laid over was the newest.</param>
    /// <returns>Null when that is over: look again.</returns>
    /// <exception cref="QmiException">BUSY: the disk is too slow.</exception>
    public SettingsPush? TryPush(T value, IReadOnlyCollection<string> paths, in SettingsPusher pusher, SettingsTerms terms, long epoch)
    {
        PushedSettings<T> pushed;
        lock (_gate)
        {
            if (Slot.Epoch != epoch || epoch % 2 != 0)
                return null;
            if (_state.Incoming.Length >= SettingsRevisions.MostUnsaved)
                throw SettingsRefusal.TooManyUnsaved(_owner.Name, SettingsRevisions.MostUnsaved);
            var origin = new SettingsOrigin(Slot.TakeRevision(), pusher.Caller.Name, pusher.RequestId, _timeProvider.GetUtcNow())
            {
                Terms = terms,
                Road = pusher.Road,
                Order = pusher.Order,
            };
            pushed = TakeIn(new SettingsEntry<T>(value, origin), paths);
            Rearm();
        }

        RequestSave();
        return pushed.Push;
    }

    /// <summary>Completes when everything that was done so far is on the disk; at once when the box remembers nothing.</summary>
    /// <exception cref="QmiException">In the task: BUSY, the disk did not take it.</exception>
    public Task SavedAsync()
    {
        lock (_gate)
        {
            if (_file is null || _savedVersion == _version)
                return Task.CompletedTask;
        }

        return _file.RequestAsync();
    }

    /// <summary>Waits in the task's own thread, before it runs, until what was pushed is on the disk, so that it is there at the first turn.</summary>
    public void WaitForIncoming(TaskThread thread)
    {
        if (_file is null || !Slot.HasIncoming)
            return;
        var parker = Parker.ForCurrentThread(_timeProvider);
        var saved = SavedAsync();
        saved.ContinueWith(static (_, state) => ((Parker)state!).Unpark(), parker, TaskContinuationOptions.ExecuteSynchronously);
        var limit = _timeProvider.GetDeadline(LongestWaitForIncoming);
        while (!saved.IsCompleted && !thread.StopRequested && _timeProvider.GetNanoseconds() < limit)
            parker.Park(limit);
    }

    /// <summary>The task has adopted settings; from its own thread.</summary>
    public void OnAdopted(PushedSettings<T> taken, long? turn)
    {
        var entry = Slot.Confirm(taken);
        _worker.Post(() => Change(() => Adopt(entry, turn)));
    }

    /// <summary>The task could not adopt settings; from its own thread.</summary>
    public void OnRejected(PushedSettings<T> taken, QmiException reason)
    {
        Slot.Reject();
        _worker.Post(() => Change(() => Drop(taken.Entry, SettingsAckState.Failed, reason)));
    }

    /// <summary>The task has set settings itself; from its own thread.</summary>
    public void OnSet(T value)
    {
        var before = Slot.Reported;
        if (before is not null && EqualityComparer<T>.Default.Equals(before.Value, value))
            return;
        var entry = new SettingsEntry<T>(value, new SettingsOrigin(Slot.TakeRevision(), Caller.Local.Name, null, _timeProvider.GetUtcNow()));
        var withdrawn = Slot.Set(entry);
        _worker.Post(() => Change(() =>
        {
            if (withdrawn is not null)
                Drop(withdrawn.Entry, SettingsAckState.Superseded);
            _state = _state.WithReported(entry) with { History = _state.History.With(entry.Revision, PathsBetween(before, entry)) };
        }));
    }

    /// <summary>Remembers the answer to a push that was refused before it had a revision, and tells it.</summary>
    public void NoteRefused(SettingsPusher pusher, QmiException error)
    {
        var state = error.Code == ErrorCode.Expired ? SettingsAckState.Expired : SettingsAckState.Rejected;
        var ack = new SettingsAck(pusher.Caller.Name, pusher.RequestId, null, state, _timeProvider.GetUtcNow()) { Error = error, Road = pusher.Road, Order = pusher.Order };
        lock (_gate)
        {
            // Saved with whatever is saved next: a flood of nonsense must not wear out the disk.
            _state = _state with { Acks = _state.Acks.With(ack) };
            _hasUnsavedRefusals = true;
            Announce(ack);
        }
    }

    /// <summary>The answer to a caller's newest push, if that has this id. Of one that was refused because the box was busy nothing is known: it may come again.</summary>
    public SettingsAck? FindAck(string caller, string id)
    {
        lock (_gate)
            return _state.Acks.Find(caller) is { } ack && ack.RequestId == id && ack.Error?.Code != ErrorCode.Busy ? ack : null;
    }

    /// <summary>The highest order of all pushes that are remembered.</summary>
    public long NewestOrder
    {
        get
        {
            lock (_gate)
                return Math.Max(_state.Acks.All.Select(ack => ack.Order).DefaultIfEmpty().Max(), Math.Max(_state.Reported?.Origin.Order ?? 0, _state.Pending?.Origin.Order ?? 0));
        }
    }

    /// <summary>The answer to the newest push of each caller.</summary>
    public IReadOnlyList<SettingsAck> Acks
    {
        get
        {
            lock (_gate)
                return _state.Acks.All;
        }
    }

    /// <summary>Completes when what was done so far is worked out, saved and told.</summary>
    /// <exception cref="QmiException">In the task: BUSY, the disk did not take it.</exception>
    public async Task SettleAsync()
    {
        await _worker.PostAsync(static () => { }).ConfigureAwait(false);
        await SavedAsync().ConfigureAwait(false);
        await _worker.PostAsync(static () => { }).ConfigureAwait(false);
    }

    /// <summary>Ends the keeping: what is owed is saved and told, as long as that takes no longer than allowed.</summary>
    public async Task CloseAsync(TimeSpan timeout)
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
        {
            if (_hasUnsavedRefusals)
                _version++;
        }

        try
        {
            await SettleAsync().WaitAsync(timeout, _timeProvider).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is QmiException or TimeoutException)
        {
            LogNotSavedAtEnd(_owner.Logger, exception.Message);
        }
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            _version++;
            change();
            if (_file is null)
                Settle(_state, _version);
            Rearm();
        }

        RequestSave();
    }

    // What follows is under the gate.
    private PushedSettings<T> Open(SettingsEntry<T> entry) => _open[entry.Revision] = new PushedSettings<T>(entry);

    private PushedSettings<T> TakeIn(SettingsEntry<T> entry, IReadOnlyCollection<string> paths)
    {
        _version++;
        // A rollback that somebody overtakes is still one: its values travel on.
        if ((_state.Incoming.LastOrDefault() ?? _state.Pending) is { Origin.Undoes: { IsEmpty: false } undoes })
            entry = entry with { Origin = entry.Origin with { Undoes = entry.Origin.Undoes.AddRange(undoes) } };
        var pushed = Open(entry);
        _state = _state.WithIncoming(entry, paths);
        Slot.SetIncoming(pushed);
        Slot.NoteChange();
        if (_file is null)
            Settle(_state, _version);
        return pushed;
    }

    // Not by the task, which does not run: what waits is older.
    private void PutInEffect(SettingsEntry<T> entry, bool carriesPending, Func<SettingsState<T>, SettingsState<T>> with)
    {
        _version++;
        var before = carriesPending ? FindNewest().Entry : _state.Reported;
        _state = _state.WithoutPending(carriesPending);
        if (Slot.Offer(null) is { } withdrawn)
            Owe(SettingsAck.Of(withdrawn.Entry.Origin, SettingsAckState.Superseded, _timeProvider.GetUtcNow()));
        Slot.PutInEffect(entry);
        _state = with(_state) with { History = _state.History.With(entry.Revision, PathsBetween(before, entry)) };
    }

    private void Adopt(SettingsEntry<T> entry, long? turn)
    {
        var before = _state.Reported;
        _state = entry.Origin.Undoes.IsEmpty ? _state.WithAdopted(entry) : _state.WithTakenBack(entry);
        if (entry.Origin.Terms.Confirm is not null && before is not null)
            AwaitConfirmation(before, entry);
        if (ReferenceEquals(_state.Trial?.Candidate, entry))
            BeginTrial();
        Owe(SettingsAck.Of(entry.Origin, SettingsAckState.Applied, entry.Origin.At) with { Turn = turn, Confirm = entry.Origin.Terms.Confirm });
        OweTakenBack(entry.Origin, static undone => SettingsRefusal.NotConfirmed(undone));
        if (entry.Origin.Road != PushRoad.Local)
            ClearAlarms();
    }

    private void Drop(SettingsEntry<T> entry, SettingsAckState state, QmiException? reason = null)
    {
        _state = _state.Without(entry.Revision);
        Owe(SettingsAck.Of(entry.Origin, state, _timeProvider.GetUtcNow(), reason));
        if (entry.Origin.By == SettingsOrigin.Rollback && state == SettingsAckState.Failed)
            RaiseNotTakenBack(entry, reason!);
    }

    private void Owe(SettingsAck ack)
    {
        _state = _state with { Acks = _state.Acks.With(ack) };
        _untold.Enqueue((_version, ack));
    }

    private IReadOnlyCollection<string> PathsBetween(SettingsEntry<T>? before, SettingsEntry<T> after) =>
        before is null ? [""] : JsonPointer.Differences(_type.ToElement(before.Value), _type.ToElement(after.Value));

    [LoggerMessage(1701, LogLevel.Error, "Settings could not be kept")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(1702, LogLevel.Warning, "The last change of the settings may not be on the disk: {Reason}")]
    private static partial void LogNotSavedAtEnd(ILogger logger, string reason);
}
