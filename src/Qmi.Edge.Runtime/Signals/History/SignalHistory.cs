using System.Buffers;
using System.Buffers.Binary;

namespace Qmi.Edge.Runtime;

/// <summary>
/// What a signal has published lately, in batches, the oldest given up for the newest: on the box's disk when it has one, and then also
/// what earlier runs of the box have published. Whoever appends never waits for the disk.
/// </summary>
public sealed class SignalHistory
{
    // Until then, what is appended only costs memory; a signal at 1 kHz fills it in about a second.
    private const int WriteAt = 32 * 1024;

    // What may wait for a disk that hangs.
    private const int MostWaiting = 1 << 20;

    private static readonly long WriteAfter = MonotonicTime.Second;

    private readonly Lock _gate = new();
    private readonly HistoryStore _store;
    private readonly HistoryRing _ring;
    private readonly bool _isReliable;
    private ArrayBufferWriter<byte> _waiting = new();
    private ArrayBufferWriter<byte> _taken = new();
    private HistoryMark? _acknowledged;
    private bool _isOpen;
    private bool _isUnflushed;
    private long _firstUnflushed;
    private long _lost;

    internal SignalHistory(HistoryStore store, string name, long bytes, bool isReliable)
    {
        (_store, Name, Bytes, _isReliable) = (store, name, bytes, isReliable);
        _ring = new HistoryRing(store.Disk, "signals/" + name, bytes);
        MostBatchBytes = HistoryRing.MostBatchBytes(bytes);
    }

    /// <summary>Of which signal: object and signal, with a dot between.</summary>
    public string Name { get; }

    /// <summary>How many bytes it takes at most.</summary>
    public long Bytes { get; }

    /// <summary>Whether it survives the box.</summary>
    public bool IsDurable => _store.IsDurable;

    /// <summary>The largest batch that can be kept, in bytes.</summary>
    public int MostBatchBytes { get; }

    /// <summary>How many values could not be kept because the disk did not take them.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Appends a batch of this run of the box. Never waits for the disk.</summary>
    /// <param name="first">The number of its first value.</param>
    /// <param name="count">How many values it has.</param>
    /// <param name="json">The batch, an object.</param>
    public void Append(long first, int count, ReadOnlySpan<byte> json)
    {
        long due;
        lock (_gate)
        {
            if (json.Length > MostBatchBytes || _waiting.WrittenCount > MostWaiting)
            {
                Interlocked.Add(ref _lost, count);
                return;
            }

            var wasEmpty = _waiting.WrittenCount == 0;
            BinaryPrimitives.WriteInt32LittleEndian(_waiting.GetSpan(sizeof(int)), HistoryRecord.HeaderSize + json.Length);
            _waiting.Advance(sizeof(int));
            HistoryRecord.WriteBatch(_waiting, _store.Boot, first, count, json);
            // What may have to be sent again survives the end of the process; the rest has a moment's time.
            if (!wasEmpty && !_isReliable && _waiting.WrittenCount < WriteAt)
                return;
            due = _isReliable || _waiting.WrittenCount >= WriteAt ? _store.Now : _store.Now + WriteAfter;
        }

        _store.Schedule(this, due);
    }

    /// <summary>Notes that the broker has everything before a mark. It is written down within about a second.</summary>
    public void Acknowledge(HistoryMark mark)
    {
        lock (_gate)
            _acknowledged = mark;
        _store.Schedule(this, _store.Now + WriteAfter);
    }

    /// <summary>How far the broker has acknowledged, and what is kept after that; for reliable signals.</summary>
    /// <exception cref="QmiException">In the task: the disk cannot be read.</exception>
    public Task<HistoryEnds> GetEndsAsync() => _store.RunAsync(() =>
    {
        Drain();
        return new HistoryEnds(_acknowledged ?? _ring.Acknowledged, _ring.Last);
    });

    /// <summary>The batches after a mark, oldest first; null = from the oldest on.</summary>
    /// <param name="mark">What is known already.</param>
    /// <param name="mostBytes">How many bytes of them; at least one batch when there is any.</param>
    public Task<HistoryPage> ReadAfterAsync(HistoryMark? mark, int mostBytes) => _store.RunAsync(() =>
    {
        Drain();
        var batches = new List<HistoryBatch>();
        var bytes = 0;
        _ring.ReadAfter(mark, batch =>
        {
            bytes += batch.Json.Length;
            if (batches.Count > 0 && bytes > mostBytes)
                return false;
            batches.Add(batch);
            return true;
        });
        return new HistoryPage(batches, _ring.GivenUp);
    });

    /// <summary>The batches that cover a range of values of one run of the box, as far as they fit.</summary>
    /// <param name="boot">The run of the box; null = this one.</param>
    /// <param name="from">The first value wanted.</param>
    /// <param name="to">The first value not wanted any more; null = all there are.</param>
    /// <param name="mostBytes">How many bytes of batches; at least one batch when there is any.</param>
    public Task<HistoryRange> ReadRangeAsync(string? boot, long from, long? to, int mostBytes) => _store.RunAsync(() =>
    {
        Drain();
        var run = boot ?? _store.Boot;
        var end = _ring.EndOf(run);
        // Of this run, what is not here yet may come; of an earlier one, what was asked for is gone.
        var range = new HistoryRange(run, from, run == _store.Boot ? Math.Max(from, Math.Min(to ?? long.MaxValue, end ?? from)) : to ?? Math.Max(from, end ?? from), mostBytes) { Boots = [.. _ring.Boots] };
        _ring.Read(run, range.From, range.To, range.TryAdd);
        range.Close();
        return range;
    });

    /// <summary>The store's thread: what waits is written.</summary>
    internal void Run(long now)
    {
        Drain();
        _ring.Write();
        if (!_isReliable || !IsDurable || !_isUnflushed)
            return;
        if (_ring.Acknowledged == _ring.Last)
            _isUnflushed = false;
        else if (now < _firstUnflushed + WriteAfter)
            _store.Schedule(this, _firstUnflushed + WriteAfter);
        else
            Flush();
    }

    /// <summary>The store's thread, at the end.</summary>
    internal void End()
    {
        if (_isOpen || _waiting.WrittenCount > 0)
        {
            Drain();
            _ring.Write();
            if (_isReliable && IsDurable)
                Flush();
        }

        _ring.Dispose();
    }

    // The broker has not got it, so the disk must: after a second, which it usually needs not take.
    private void Flush()
    {
        _ring.Flush();
        _isUnflushed = false;
    }

    private void Drain()
    {
        if (!_isOpen)
        {
            _ring.Open();
            _isOpen = true;
        }

        HistoryMark? acknowledged;
        lock (_gate)
        {
            (_waiting, _taken) = (_taken, _waiting);
            acknowledged = _acknowledged;
        }

        try
        {
            Append(_taken.WrittenSpan);
        }
        finally
        {
            _taken.ResetWrittenCount();
        }

        if (acknowledged is { } mark && mark != _ring.Acknowledged)
            _ring.Append(HistoryRecord.WriteAcknowledged(mark));
    }

    private void Append(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            var record = TakeRecord(ref records);
            try
            {
                _ring.Append(record);
            }
            catch (IOException)
            {
                // This one and those after it are gone; the store tells.
                CountLost(record);
                while (!records.IsEmpty)
                    CountLost(TakeRecord(ref records));
                throw;
            }

            if (!_isUnflushed)
                (_isUnflushed, _firstUnflushed) = (true, _store.Now);
        }
    }

    // As Append has put it there: the length, then the record.
    private static ReadOnlySpan<byte> TakeRecord(ref ReadOnlySpan<byte> records)
    {
        var record = records.Slice(sizeof(int), BinaryPrimitives.ReadInt32LittleEndian(records));
        records = records[(sizeof(int) + record.Length)..];
        return record;
    }

    private void CountLost(ReadOnlySpan<byte> bytes)
    {
        if (HistoryRecord.TryRead(bytes, out var record))
            Interlocked.Add(ref _lost, record.Count);
    }
}
