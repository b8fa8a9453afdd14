using System.Text;

namespace Qmi.Edge.Runtime;

/// <summary>One file of a <see cref="HistoryRing"/>, and what is known of its records without reading them.</summary>
internal sealed class HistorySegment(IStateDisk disk, string name, long size) : IDisposable
{
    // How much may have to be read in vain to find a record.
    private const long IndexStep = 32 * 1024;

    private readonly List<Run> _runs = [];
    private readonly RecordFile _file = new(disk, name, size);

    /// <summary>Which time of the ring it is; 0 while it has no records.</summary>
    public ulong Generation => _file.Generation;

    /// <summary>The end of its last batch; null when it has none.</summary>
    public HistoryMark? Last => _runs.Count == 0 ? null : _runs[^1].End;

    /// <summary>The newest acknowledgement in it.</summary>
    public HistoryMark? Acknowledged { get; private set; }

    /// <summary>The boots of which it has batches.</summary>
    public IEnumerable<string> Boots => _runs.Select(run => run.Boot);

    /// <summary>Reads what an earlier run of the box has left.</summary>
    public void Load() => _file.Read(
        (offset, bytes) =>
        {
            Note(offset, bytes);
            return true;
        },
        lookAhead: size);

    /// <summary>Forgets everything and begins anew.</summary>
    public void Begin(ulong generation)
    {
        _file.Begin(generation);
        _runs.Clear();
        Acknowledged = null;
    }

    public bool TryAppend(ReadOnlySpan<byte> record)
    {
        var offset = _file.Used;
        if (!_file.TryAppend(record))
            return false;
        Note(offset, record);
        return true;
    }

    public void Write() => _file.Write();

    public void Flush() => _file.Flush();

    /// <summary>Where to begin to read for a mark; null when there is nothing of its boot.</summary>
    /// <param name="mark">The mark.</param>
    /// <param name="hasMore">Whether there are batches of its boot that are not before it.</param>
    public long? Find(HistoryMark mark, out bool hasMore)
    {
        hasMore = false;
        foreach (var run in _runs)
        {
            if (run.Boot != mark.Boot)
                continue;
            hasMore = run.End.Next > mark.Next;
            return run.Find(mark.Next);
        }

        return null;
    }

    /// <summary>The end of what it has of a boot; null when that is nothing.</summary>
    public long? EndOf(string boot) => _runs.Find(run => run.Boot == boot)?.End.Next;

    public void Read(long offset, RecordVisitor visit) => _file.ReadFrom(offset, visit);

    public void Dispose() => _file.Dispose();

    private void Note(long offset, ReadOnlySpan<byte> bytes)
    {
        if (!HistoryRecord.TryRead(bytes, out var record))
            return;
        if (!record.IsBatch)
        {
            Acknowledged = new HistoryMark(Encoding.ASCII.GetString(record.Boot), record.First);
            return;
        }

        if (_runs.Count == 0 || !Ascii.Equals(record.Boot, _runs[^1].Boot))
            _runs.Add(new Run(Encoding.ASCII.GetString(record.Boot)));
        _runs[^1].Note(offset, record);
    }

    /// <summary>The batches of one boot, which follow each other.</summary>
    private sealed class Run(string boot)
    {
        private readonly List<(long First, long Offset)> _index = [];
        private long _end;

        public string Boot => boot;

        public HistoryMark End => new(boot, _end);

        public void Note(long offset, in HistoryRecord record)
        {
            _end = record.End;
            if (_index.Count == 0 || offset - _index[^1].Offset >= IndexStep)
                _index.Add((record.First, offset));
        }

        /// <summary>A place at or before that of the batch with this value.</summary>
        public long Find(long sequence)
        {
            var found = _index.FindLastIndex(entry => entry.First <= sequence);
            return _index[Math.Max(0, found)].Offset;
        }
    }
}
