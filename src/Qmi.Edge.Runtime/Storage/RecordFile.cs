using System.Buffers.Binary;

namespace Qmi.Edge.Runtime;

/// <summary>Looks at a record.</summary>
/// <param name="offset">Where it is in its file.</param>
/// <param name="record">The bytes, as long as the call.</param>
/// <returns>Whether to go on.</returns>
public delegate bool RecordVisitor(long offset, ReadOnlySpan<byte> record);

/// <summary>
/// A file of fixed size that records are appended to until it is full, and which is then begun anew under a higher generation. The room is
/// reserved when it is opened, so a full disk does not stop it. Each record has a checksum that covers the generation too: what is left
/// of an earlier one is never taken for a record.
/// </summary>
/// <remarks>Layout, little-endian: records at multiples of 8, each with magic (4 bytes), length (4), checksum (4), zero (4), the bytes. The first record is the generation (8 bytes).</remarks>
public sealed class RecordFile : IDisposable
{
    private const uint Magic = 0x52494D51; // "QMIR"
    private const int HeaderSize = 16;
    private const int Alignment = 8;

    // So far beyond the last record others are looked for: what a power cut or a bad block leaves is smaller, and a box shall not read megabytes of nothing at every start.
    private const int LookAhead = 256 * 1024;

    private readonly IStateFile _file;
    private byte[] _pending = new byte[4096];
    private int _pendingCount;
    private long _position;

    /// <summary>Opens a file, which may have records.</summary>
    /// <param name="disk">Where it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="size">Its size in bytes, a multiple of 8; a file that is larger already stays so.</param>
    public RecordFile(IStateDisk disk, string name, long size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 4096);
        ArgumentOutOfRangeException.ThrowIfNotEqual(size % Alignment, 0);
        (Name, _file) = (name, disk.Open(name, size));
        Size = Math.Min(size, _file.Size);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>How many bytes there are for records, with what each needs for itself.</summary>
    public long Size { get; }

    /// <summary>Which time of being filled this is; 0 when there are no records.</summary>
    public ulong Generation { get; private set; }

    /// <summary>How many bytes are used: where the next record begins.</summary>
    public long Used => _position + _pendingCount;

    /// <summary>How many bytes of the file a record takes.</summary>
    public static int SizeOf(int length) => (HeaderSize + length + Alignment - 1) / Alignment * Alignment;

    /// <summary>Reads all records, and goes on after the last of them.</summary>
    /// <param name="record">Called for each, in order; the bytes live as long as the call.</param>
    /// <returns>How many records were damaged in the middle of others that are whole. A torn last record, as a power cut leaves it, is not counted: it was never acknowledged.</returns>
    public int Read(Action<ReadOnlySpan<byte>> record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Read(
            (_, bytes) =>
            {
                record(bytes);
                return true;
            },
            LookAhead);
    }

    /// <summary>The same for who wants to find records again.</summary>
    /// <param name="record">Called for each, in order, until it says that it is enough.</param>
    /// <param name="lookAhead">So far beyond the last record others are looked for. Where nothing is flushed a power cut leaves large holes.</param>
    public int Read(RecordVisitor record, long lookAhead)
    {
        ArgumentNullException.ThrowIfNull(record);
        var window = new RecordWindow(_file, Size);
        (_position, _pendingCount) = (0, 0);
        Generation = TryRead(window, 0, 0, out var first) && first.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(first) : 0;
        if (Generation == 0)
            return 0;
        var damaged = 0;
        var tells = true;
        _position = SizeOf(sizeof(ulong));
        for (var offset = _position; offset < Size && offset - _position < lookAhead;)
        {
            if (!TryRead(window, offset, SeedOf(Generation), out var found))
            {
                offset += Alignment;
                continue;
            }

            damaged += offset == _position ? 0 : 1;
            tells = tells && record(offset, found);
            _position = offset += SizeOf(found.Length);
        }

        return damaged;
    }

    /// <summary>Looks again at what was appended, from one record on; what the system was not given yet is given to it.</summary>
    /// <param name="offset">Where the record is.</param>
    /// <param name="record">Called for each, in order, until it says that it is enough.</param>
    public void ReadFrom(long offset, RecordVisitor record)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentOutOfRangeException.ThrowIfNotEqual(offset % Alignment, 0);
        Write();
        var window = new RecordWindow(_file, _position);
        for (offset = Math.Max(offset, SizeOf(sizeof(ulong))); offset < _position;)
        {
            if (!TryRead(window, offset, SeedOf(Generation), out var found))
                offset += Alignment;
            else if (record(offset, found))
                offset += SizeOf(found.Length);
            else
                return;
        }
    }

    /// <summary>Forgets all records and begins anew.</summary>
    /// <param name="generation">Higher than that of any record that the file may have.</param>
    public void Begin(ulong generation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(generation, Generation);
        (Generation, _position, _pendingCount) = (generation, 0, 0);
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, generation);
        Put(bytes, seed: 0);
    }

    /// <summary>Appends a record; it is on the disk after <see cref="Flush"/>.</summary>
    /// <returns>False when there is no room: then nothing happened.</returns>
    public bool TryAppend(ReadOnlySpan<byte> record)
    {
        if (Generation == 0 || Used + SizeOf(record.Length) > Size)
            return false;
        Put(record, SeedOf(Generation));
        return true;
    }

    /// <summary>Hands the appended records to the system, which writes them when it likes.</summary>
    public void Write()
    {
        if (_pendingCount == 0)
            return;
        _file.Write(_position, _pending.AsSpan(0, _pendingCount));
        _position += _pendingCount;
        _pendingCount = 0;
    }

    /// <summary>Puts the appended records on the disk.</summary>
    /// <exception cref="IOException">They may be there or not; they are tried again with the next call.</exception>
    public void Flush()
    {
        Write();
        _file.Flush();
    }

    /// <summary>Closes the file, without a flush.</summary>
    public void Dispose() => _file.Dispose();

    private static uint SeedOf(ulong generation) => (uint)(generation ^ (generation >> 32));

    private static bool TryRead(RecordWindow window, long offset, uint seed, out ReadOnlySpan<byte> record)
    {
        record = default;
        if (!window.TryGet(offset, HeaderSize, out var header) || BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic)
            return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        return length <= int.MaxValue - HeaderSize
            && window.TryGet(offset + HeaderSize, (int)length, out record)
            && checksum == Checksum.Of(record, seed ^ length);
    }

    private void Put(ReadOnlySpan<byte> record, uint seed)
    {
        var size = SizeOf(record.Length);
        if (_pendingCount + size > _pending.Length)
            Array.Resize(ref _pending, Math.Max(_pending.Length * 2, _pendingCount + size));
        var target = _pending.AsSpan(_pendingCount, size);
        target.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(target, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], (uint)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Checksum.Of(record, seed ^ (uint)record.Length));
        record.CopyTo(target[HeaderSize..]);
        _pendingCount += size;
    }
}
