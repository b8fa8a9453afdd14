using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Everything that is remembered, as it is at one moment; <paramref name="whenSeen"/> is called at that moment.</summary>
internal delegate IReadOnlyList<(JournalEntry Entry, RequestState State, RpcReply Reply)> LiveRequests(Action whenSeen);

/// <summary>
/// The journal on the disk: records are appended to one of two files of fixed size; when it is full, what is still remembered begins the
/// other one. Room for both is reserved, so that a full disk does not stop it.
/// </summary>
internal sealed class JournalLog : IDisposable
{
    private const long FileSize = 4 << 20;

    // What a new file may begin with, so that there is room for what comes.
    private const long MostAtBegin = FileSize * 3 / 5;

    // What may be lost without harm waits so long for others to be written with: flash wears.
    private static readonly TimeSpan Leisure = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly IStateDisk _disk;
    private readonly LiveRequests _live;
    private readonly BackgroundSave _save;
    private readonly ITimer _timer;
    private RecordFile[]? _files;
    private List<byte[]> _pending = [];
    private readonly List<byte[]> _writing = [];
    private int _current;
    private bool _isTimed;
    private bool _isDoubtful;

    public JournalLog(BoxState state, TimeProvider timeProvider, LiveRequests live)
    {
        _live = live;
        _disk = state.Disk;
        _save = new BackgroundSave(state.Writer, "The journal of requests", Save);
        _timer = timeProvider.CreateTimer(static state => _ = ((JournalLog)state!).CommitAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What was wrong with it on the disk.</summary>
    public string? Damage { get; private set; }

    /// <summary>Reads what the last run wrote. A disk that cannot be read or written keeps no box from starting: until it can, calls are refused.</summary>
    public IReadOnlyList<RecoveredRequest> Load()
    {
        try
        {
            return Load(_files = OpenFiles());
        }
        catch (IOException exception)
        {
            _isDoubtful = true;
            Damage = $"The journal of requests cannot be used ({exception.Message}): calls are refused until it can. Look at the disk.";
            return [];
        }
    }

    private RecordFile[] OpenFiles() => [new RecordFile(_disk, "journal/0", FileSize), new RecordFile(_disk, "journal/1", FileSize)];

    private IReadOnlyList<RecoveredRequest> Load(RecordFile[] files)
    {
        var contents = Array.ConvertAll(files, file => new FileContent(file));
        // A file without its "complete" was being begun when the power was cut: the other one has everything.
        var best = contents.Where(content => content.IsComplete).MaxBy(content => content.Generation);
        if (best is null)
        {
            if (contents.Any(content => content.Generation > 0))
                Damage = "The journal of requests is damaged: requests of the last run that are sent again may be carried out again.";
            Begin(files, 0, []);
            return [];
        }

        if (best.Damaged > 0)
            Damage = $"{best.Damaged} records of the journal of requests are damaged: the requests they were about may be carried out again when they are sent again.";
        _current = Array.IndexOf(contents, best);
        return [.. best.Requests.Values];
    }

    /// <summary>Adds a record, to be written at leisure or with the next commit. In the order of the calls.</summary>
    public void Append(byte[] record)
    {
        lock (_gate)
        {
            _pending.Add(record);
            if (_isTimed)
                return;
            _isTimed = true;
        }

        _timer.Change(Leisure, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Completes when all that was appended so far is on the disk.</summary>
    /// <param name="isAnsweredInline">Whether whoever awaits it goes on in the thread of the disk: for answers that are only written and sent.</param>
    public Task CommitAsync(bool isAnsweredInline = false) => _save.RequestAsync(isAnsweredInline);

    public void Dispose()
    {
        _timer.Dispose();
        foreach (var file in _files ?? [])
            file.Dispose();
    }

    // On the state writer's thread.
    private void Save()
    {
        TakePending();
        var files = _files ??= OpenFiles();
        var isDoubtful = _isDoubtful;
        _isDoubtful = true;
        if (isDoubtful || !_writing.TrueForAll(record => files[_current].TryAppend(record)))
        {
            // What did not fit is part of what is remembered. And after a flush that failed the system may hold for written what is not, so that only a new beginning is sure.
            Begin(files, 1 - _current, _live(TakePending));
        }
        else
        {
            files[_current].Flush();
        }

        _writing.Clear();
        _isDoubtful = false;
    }

    private void TakePending()
    {
        lock (_gate)
        {
            _writing.AddRange(_pending);
            _pending = [];
            _isTimed = false;
        }
    }

    private void Begin(RecordFile[] files, int index, IReadOnlyList<(JournalEntry Entry, RequestState State, RpcReply Reply)> live)
    {
        var file = files[index];
        file.Begin(Math.Max(files[0].Generation, files[1].Generation) + 1);
        var kept = new Stack<List<byte[]>>();
        // The newest first, then what is unfinished whatever its age, as far as there is room.
        var used = 0L;
        foreach (var (entry, state, reply) in live.Reverse())
        {
            var mustBeKept = state == RequestState.Unfinished;
            if (used > MostAtBegin && !mustBeKept)
                continue;
            List<byte[]> own = [JournalRecord.Accepted(entry)];
            if (state == RequestState.Finished)
                own.Add(JournalRecord.Finished(entry.Number, reply));
            if (entry.IsSent)
                own.Add(JournalRecord.Sent(entry));
            used += own.Sum(record => RecordFile.SizeOf(record.Length));
            kept.Push(own);
        }

        foreach (var record in kept.SelectMany(own => own).Append(JournalRecord.Complete(live.Count)))
        {
            if (!file.TryAppend(record))
                throw new IOException("the journal has no room for what is unfinished");
        }

        file.Flush();
        _current = index;
    }

    /// <summary>What one of the files has.</summary>
    private sealed class FileContent
    {
        public FileContent(RecordFile file)
        {
            Damaged = file.Read(Take);
            Generation = file.Generation;
        }

        public ulong Generation { get; }

        public int Damaged { get; }

        public bool IsComplete { get; private set; }

        public OrderedDictionary<long, RecoveredRequest> Requests { get; } = [];

        private void Take(ReadOnlySpan<byte> record)
        {
            using var document = JsonDocument.Parse(record.ToArray());
            var root = document.RootElement.Clone();
            var number = root.GetProperty("n").GetInt64();
            switch (root.GetProperty("kind").GetString())
            {
                case JournalRecord.AcceptedKind:
                    Requests[number] = new RecoveredRequest(root);
                    break;
                case JournalRecord.FinishedKind:
                    Requests.GetValueOrDefault(number)?.Finish(root);
                    break;
                case JournalRecord.SentKind:
                    Requests.GetValueOrDefault(number)?.NoteSent();
                    break;
                case JournalRecord.ForgottenKind:
                    Requests.Remove(number);
                    break;
                case JournalRecord.CompleteKind:
                    IsComplete = true;
                    break;
            }
        }
    }
}
