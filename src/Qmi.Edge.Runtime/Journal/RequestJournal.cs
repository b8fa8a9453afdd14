namespace Qmi.Edge.Runtime;

/// <summary>What the journal says of a request that arrives.</summary>
internal enum Admission
{
    /// <summary>It was not seen before: carry it out.</summary>
    New,

    /// <summary>It is being carried out: its answer will go to this copy too.</summary>
    Running,

    /// <summary>It was answered: the same answer again.</summary>
    Answered,

    /// <summary>The id was used for something else.</summary>
    Reused,

    /// <summary>There is no room, and everything in it is unfinished.</summary>
    Full,
}

/// <summary>
/// Remembers requests, so that each is carried out once however often it arrives, also across a restart of the box. Of the finished
/// ones the oldest are forgotten; unfinished ones never.
/// </summary>
internal sealed class RequestJournal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RequestOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly JournalLog? _log;
    private readonly Dictionary<RequestKey, JournalEntry> _entries = [];
    private readonly LinkedList<JournalEntry> _inAll = new();
    private readonly Dictionary<string, LinkedList<JournalEntry>> _ofCallers = [];
    private readonly List<JournalEntry> _unsent = [];
    private long _number;

    public RequestJournal(RequestOptions options, TimeProvider timeProvider, BoxState? state)
    {
        (_options, _timeProvider) = (options, timeProvider);
        if (state is null)
            return;
        _log = new JournalLog(state, timeProvider, GetLive);
        Recover(_log.Load());
    }

    /// <summary>How much is remembered.</summary>
    public RequestOptions Options => _options;

    /// <summary>What was wrong with the journal on the disk; null when nothing was.</summary>
    public string? Damage => _log?.Damage;

    /// <summary>How many requests have no answer yet.</summary>
    public int Unfinished
    {
        get
        {
            lock (_gate)
                return _inAll.Count(entry => entry.State == RequestState.Unfinished);
        }
    }

    /// <summary>The answers that the last run of the box owes: of requests that it could not end, and of those it could not tell.</summary>
    public IReadOnlyList<JournalEntry> Unsent => _unsent;

    /// <summary>Takes a request in, or says what it is a copy of.</summary>
    /// <param name="request">The request; without an id it gets one.</param>
    /// <param name="hash">The hash of its body; empty when the box minted the id.</param>
    /// <param name="isIdempotent">Whether it may run again after a crash.</param>
    /// <param name="caller">Is given the one answer to this copy, unless it is told here that there is none.</param>
    /// <param name="entry">The entry; null when it is refused.</param>
    public Admission Admit(RpcRequest request, byte[] hash, bool isIdempotent, WaitingCaller caller, out JournalEntry? entry)
    {
        lock (_gate)
        {
            var key = new RequestKey(request.Caller.Name, request.Id!);
            if (_entries.TryGetValue(key, out entry))
            {
                if (!entry.BodyHash.AsSpan().SequenceEqual(hash))
                    return Admission.Reused;
                if (entry.State == RequestState.Finished)
                    return Admission.Answered;
                entry.Waiting.Add(caller);
                return Admission.Running;
            }

            if (!TryMakeRoom(key.Caller))
                return Admission.Full;
            entry = new JournalEntry
            {
                Number = ++_number,
                Key = key,
                BodyHash = hash,
                Target = request.Target,
                Method = request.Method,
                IsIdempotent = isIdempotent,
                Address = request.Address,
                AcceptedAt = _timeProvider.GetUtcNow(),
                Budget = _timeProvider.GetRemaining(request.Deadline),
                Deadline = request.Deadline,
                KeepUntil = GetKeepUntil(_timeProvider.GetRemaining(request.Deadline)),
            };
            entry.Waiting.Add(caller);
            Add(entry);
            _log?.Append(JournalRecord.Accepted(entry));
            return Admission.New;
        }
    }

    /// <summary>Completes when all that was noted so far is on the disk.</summary>
    /// <param name="isAnsweredInline">Whether whoever awaits it goes on in the thread of the disk: for answers that are only written and sent.</param>
    /// <exception cref="QmiException">In the task: BUSY, the disk does not take it.</exception>
    public Task CommitAsync(bool isAnsweredInline = false) => _log?.CommitAsync(isAnsweredInline) ?? Task.CompletedTask;

    /// <summary>Notes the final answer.</summary>
    /// <returns>Those who wait for it.</returns>
    public IReadOnlyList<WaitingCaller> Finish(JournalEntry entry, RpcReply reply)
    {
        lock (_gate)
        {
            if (entry.State == RequestState.Finished)
                return [];
            (entry.State, entry.Reply, entry.Call, entry.Progress) = (RequestState.Finished, reply, null, null);
            _log?.Append(JournalRecord.Finished(entry));
            return TakeWaiting(entry);
        }
    }

    /// <summary>Notes an answer, in place of one that was noted before.</summary>
    public void Amend(JournalEntry entry, RpcReply reply)
    {
        lock (_gate)
        {
            (entry.State, entry.Reply, entry.IsRecovered) = (RequestState.Finished, reply, false);
            if (entry.InAll is not null)
                _log?.Append(JournalRecord.Finished(entry));
        }
    }

    /// <summary>Takes up what the last run of the box has left.</summary>
    public void Take(JournalEntry entry)
    {
        lock (_gate)
            entry.IsRecovered = false;
    }

    /// <summary>Lets one caller wait no longer, while the request goes on; false when it has its answer.</summary>
    public bool TryEndWait(JournalEntry entry, WaitingCaller caller)
    {
        lock (_gate)
            return entry.Waiting.Remove(caller);
    }

    /// <summary>Those who wait, and go on waiting.</summary>
    public IReadOnlyList<WaitingCaller> GetWaiting(JournalEntry entry)
    {
        lock (_gate)
            return [.. entry.Waiting];
    }

    /// <summary>Forgets a request that was not carried out and may be sent again under its id.</summary>
    /// <returns>Those who wait for its answer.</returns>
    public IReadOnlyList<WaitingCaller> Forget(JournalEntry entry)
    {
        lock (_gate)
        {
            Remove(entry);
            entry.State = RequestState.Finished;
            _log?.Append(JournalRecord.Forgotten(entry));
            return TakeWaiting(entry);
        }
    }

    /// <summary>Notes that the broker has the answer, so that it is not sent again after a restart.</summary>
    public void NoteSent(RequestKey key)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry) || entry.IsSent)
                return;
            entry.IsSent = true;
            _log?.Append(JournalRecord.Sent(entry));
        }
    }

    /// <summary>The request of a caller under an id, or null.</summary>
    public JournalEntry? Find(RequestKey key)
    {
        lock (_gate)
            return _entries.GetValueOrDefault(key);
    }

    /// <summary>Writes what waits and closes the files.</summary>
    public void Dispose() => _log?.Dispose();

    private static WaitingCaller[] TakeWaiting(JournalEntry entry)
    {
        WaitingCaller[] waiting = [.. entry.Waiting];
        entry.Waiting.Clear();
        return waiting;
    }

    private long GetKeepUntil(TimeSpan budget)
    {
        var keep = budget == Timeout.InfiniteTimeSpan || budget + TimeSpan.FromMinutes(1) < _options.Memory ? _options.Memory : budget + TimeSpan.FromMinutes(1);
        return _timeProvider.GetDeadline(keep);
    }

    private bool TryMakeRoom(string caller)
    {
        var now = _timeProvider.GetNanoseconds();
        while (_inAll.First is { Value: { State: RequestState.Finished } oldest } && oldest.KeepUntil <= now)
            Remove(oldest);
        return (!_ofCallers.TryGetValue(caller, out var own) || own.Count < _options.PerCaller || TryRemoveOldest(own))
            && (_inAll.Count < _options.InAll || TryRemoveOldest(_inAll));
    }

    private bool TryRemoveOldest(LinkedList<JournalEntry> entries)
    {
        for (var node = entries.First; node is not null; node = node.Next)
        {
            if (node.Value is { State: RequestState.Unfinished, IsRecovered: false })
                continue;
            Remove(node.Value);
            return true;
        }

        return false;
    }

    private void Add(JournalEntry entry)
    {
        _entries[entry.Key] = entry;
        entry.InAll = _inAll.AddLast(entry);
        if (!_ofCallers.TryGetValue(entry.Key.Caller, out var own))
            _ofCallers[entry.Key.Caller] = own = new LinkedList<JournalEntry>();
        entry.OfCaller = own.AddLast(entry);
    }

    private void Remove(JournalEntry entry)
    {
        if (entry.InAll is null)
            return;
        _entries.Remove(entry.Key);
        _inAll.Remove(entry.InAll);
        var own = _ofCallers[entry.Key.Caller];
        own.Remove(entry.OfCaller!);
        if (own.Count == 0)
            _ofCallers.Remove(entry.Key.Caller);
        entry.InAll = entry.OfCaller = null;
    }

    // For a new file of the log: everything that is remembered, and that it is remembered so far.
    private IReadOnlyList<(JournalEntry Entry, RequestState State, RpcReply Reply)> GetLive(Action whenSeen)
    {
        lock (_gate)
        {
            whenSeen();
            return [.. _inAll.Select(entry => (entry, entry.State, entry.Reply))];
        }
    }

    private void Recover(IReadOnlyList<RecoveredRequest> requests)
    {
        var entries = requests.Select(request => request.ToEntry(GetKeepUntil(request.Budget))).ToList();
        var remembered = ChooseRemembered(entries);
        foreach (var entry in entries)
        {
            _number = Math.Max(_number, entry.Number);
            if (entry is { State: RequestState.Unfinished, Method: PushJournal.Method })
            {
                // Nobody waits for a reply to a push: its caller asks again, and the settings know whether they have it.
                entry.IsRecovered = true;
            }
            else if (entry.State == RequestState.Unfinished)
            {
                entry.Reply = new RpcReply(Interrupted(entry), default);
                entry.State = RequestState.Finished;
                _log!.Append(entry.IsIdempotent ? JournalRecord.Forgotten(entry) : JournalRecord.Finished(entry));
                _unsent.Add(entry);
                // What may run again does so when it is asked for again.
                if (entry.IsIdempotent)
                    continue;
            }
            else if (entry.Method != PushJournal.Method && !entry.IsSent && IsStillAwaited(entry))
            {
                _unsent.Add(entry);
            }

            if (remembered.Contains(entry))
                Add(entry);
        }
    }

    // The files have more than is remembered: of the finished ones the newest count, and what was interrupted does in any case.
    private HashSet<JournalEntry> ChooseRemembered(List<JournalEntry> entries)
    {
        var chosen = entries.Where(entry => entry.State == RequestState.Unfinished).ToHashSet();
        var ofCallers = chosen.CountBy(entry => entry.Key.Caller).ToDictionary();
        foreach (var entry in Enumerable.Reverse(entries))
        {
            var own = ofCallers.GetValueOrDefault(entry.Key.Caller);
            if (own < _options.PerCaller && chosen.Count < _options.InAll && chosen.Add(entry))
                ofCallers[entry.Key.Caller] = own + 1;
        }

        return chosen;
    }

    // The monotonic clock began anew, so only the wall clock can tell. If it makes no sense, an answer too many is better than one too few.
    private bool IsStillAwaited(JournalEntry entry)
    {
        var age = _timeProvider.GetUtcNow() - entry.AcceptedAt;
        return age < TimeSpan.Zero || age <= entry.Budget;
    }

    private static QmiException Interrupted(JournalEntry entry) =>
        new(ErrorCode.Interrupted, $"The box was restarted while {entry.Target}.{entry.Method} ran, or before it began: whether it was carried out is not known. Look at the state of {entry.Target} before you call again{(entry.IsIdempotent ? "; with the same id it runs again" : "")}.");
}
