using System.Globalization;

namespace Qmi.Edge.Runtime;

/// <summary>
/// The history of one signal on a disk: a few files of fixed size that are filled one after the other; when the last is full the oldest is
/// begun anew. Nothing waits for the disk to have it: after a power cut the newest batches may be missing, in any part, but what is
/// found is what was published. For one thread.
/// </summary>
internal sealed class HistoryRing(IStateDisk disk, string folder, long bytes) : IDisposable
{
    /// <summary>How many files; when one is begun anew, its share of the history goes all at once.</summary>
    public const int Segments = 4;

    // A multiple of the number of files, and more than a run of the box can begin before the system has written the first.
    private const ulong GenerationsOfRun = 1 << 20;

    private readonly long _segmentSize = SegmentSize(bytes);
    private readonly HistorySegment?[] _segments = new HistorySegment?[Segments];
    private ulong _generation;
    private bool _hasBegun;

    /// <summary>The newest acknowledgement.</summary>
    public HistoryMark? Acknowledged { get; private set; }

    /// <summary>The end of what was given up last for want of room.</summary>
    public HistoryMark? GivenUp { get; private set; }

    /// <summary>The end of the newest batch.</summary>
    public HistoryMark? Last { get; private set; }

    /// <summary>The boots of which there are batches, the oldest first.</summary>
    public IEnumerable<string> Boots => InOrder.SelectMany(segment => segment.Boots).Distinct();

    private IEnumerable<HistorySegment> InOrder => _segments.OfType<HistorySegment>().Where(segment => segment.Generation > 0).OrderBy(segment => segment.Generation);

    private ref HistorySegment? Current => ref _segments[_generation % Segments];

    /// <summary>How large a batch can be at most.</summary>
    public static int MostBatchBytes(long bytes) =>
        (int)Math.Min(int.MaxValue, SegmentSize(bytes) - RecordFile.SizeOf(sizeof(ulong)) - RecordFile.SizeOf(HistoryRecord.HeaderSize));

    /// <summary>Finds what an earlier run of the box has left.</summary>
    public void Open()
    {
        foreach (var name in disk.List(folder))
        {
            if (!int.TryParse(name, CultureInfo.InvariantCulture, out var index) || index is < 0 or >= Segments)
                continue;
            Make(index).Load();
        }

        foreach (var segment in InOrder)
        {
            _generation = segment.Generation;
            Acknowledged = segment.Acknowledged ?? Acknowledged;
            Last = segment.Last ?? Last;
        }
    }

    public void Append(ReadOnlySpan<byte> record)
    {
        if (_generation == 0 || Current?.TryAppend(record) != true)
        {
            // What waits in memory is written before it is left, so that at most one file has something to write.
            if (_generation > 0)
                Current?.Write();
            Begin();
            if (!Current!.TryAppend(record))
                throw new IOException($"A record of {record.Length} bytes is larger than a file of {folder}.");
        }

        if (!HistoryRecord.TryRead(record, out var read))
            return;
        if (read.IsBatch)
            Last = Current!.Last;
        else
            Acknowledged = Current!.Acknowledged;
    }

    public void Write()
    {
        if (_generation > 0)
            Current?.Write();
    }

    public void Flush()
    {
        foreach (var segment in InOrder.TakeLast(2))
            segment.Flush();
    }

    /// <summary>Visits the batches of one boot that have values of a range, in order, until told to stop.</summary>
    public void Read(string boot, long from, long to, Func<HistoryBatch, bool> visit)
    {
        var goesOn = true;
        foreach (var segment in InOrder.ToList())
        {
            if (!goesOn || segment.Find(new HistoryMark(boot, from), out var hasMore) is not { } offset || !hasMore)
                continue;
            segment.Read(offset, (_, bytes) =>
            {
                if (!HistoryRecord.TryRead(bytes, out var record) || !record.IsBatch || record.End <= from)
                    return true;
                goesOn = record.First < to && System.Text.Ascii.Equals(record.Boot, boot) && visit(record.ToBatch());
                return goesOn;
            });
        }
    }

    /// <summary>Visits the batches after a mark, of its boot and of all later ones, in order, until told to stop. Null = from the oldest on.</summary>
    public void ReadAfter(HistoryMark? mark, Func<HistoryBatch, bool> visit)
    {
        var segments = InOrder.ToList();
        var (begin, start) = FindBegin(segments, mark);
        var goesOn = true;
        for (; goesOn && begin < segments.Count; begin++, start = 0)
        {
            segments[begin].Read(start, (_, bytes) =>
            {
                if (HistoryRecord.TryRead(bytes, out var record) && record.IsBatch && !IsBefore(record, mark))
                    goesOn = visit(record.ToBatch());
                return goesOn;
            });
        }
    }

    /// <summary>Up to where there is something of a boot.</summary>
    public long? EndOf(string boot) => InOrder.Select(segment => segment.EndOf(boot)).Max();

    public void Dispose()
    {
        foreach (var segment in _segments)
            segment?.Dispose();
    }

    private static bool IsBefore(in HistoryRecord record, HistoryMark? mark) =>
        mark is { } known && record.End <= known.Next && System.Text.Ascii.Equals(record.Boot, known.Boot);

    // Boots follow each other in the ring, whatever the wall clock said when they got their names.
    private static (int Segment, long Offset) FindBegin(List<HistorySegment> segments, HistoryMark? mark)
    {
        var found = (Segment: 0, Offset: 0L);
        if (mark is not { } known)
            return found;
        for (var index = 0; index < segments.Count; index++)
        {
            if (segments[index].Find(known, out var hasMore) is not { } offset)
                continue;
            found = (index, offset);
            if (hasMore)
                break;
        }

        return found;
    }

    // A power cut may have undone the beginning of a generation and left some of its records: its number must not be used again, also not
    // when that happens twice.
    private void Begin()
    {
        var next = _generation + 1;
        if (!_hasBegun)
            next = (((next / GenerationsOfRun) + 1 + (ulong)Random.Shared.Next(1 << 26)) * GenerationsOfRun) + (next % Segments);
        _hasBegun = true;
        var segment = Make((int)(next % Segments));
        GivenUp = segment.Last ?? GivenUp;
        segment.Begin(next);
        _generation = next;
    }

    private static long SegmentSize(long bytes) => bytes / Segments / 4096 * 4096;

    private HistorySegment Make(int index) =>
        _segments[index] ??= new HistorySegment(disk, $"{folder}/{index.ToString(CultureInfo.InvariantCulture)}", _segmentSize);
}
