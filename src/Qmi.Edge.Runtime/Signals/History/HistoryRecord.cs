using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Qmi.Edge.Runtime;

/// <summary>A record of a signal's history: a batch, or how far the broker has acknowledged.</summary>
/// <remarks>Layout, little-endian: kind (1 byte), boot (26 ASCII), number of the first value or of the next (8), count (4), the batch.</remarks>
internal readonly ref struct HistoryRecord
{
    private const byte BatchKind = 1;
    private const byte AcknowledgedKind = 2;
    private const int BootOffset = 1;
    private const int FirstOffset = BootOffset + BootId.Length;
    private const int CountOffset = FirstOffset + sizeof(long);

    /// <summary>What a record has beside the batch.</summary>
    public const int HeaderSize = CountOffset + sizeof(int);

    private readonly ReadOnlySpan<byte> _bytes;

    private HistoryRecord(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public bool IsBatch => _bytes[0] == BatchKind;

    public ReadOnlySpan<byte> Boot => _bytes.Slice(BootOffset, BootId.Length);

    public long First => BinaryPrimitives.ReadInt64LittleEndian(_bytes[FirstOffset..]);

    public int Count => BinaryPrimitives.ReadInt32LittleEndian(_bytes[CountOffset..]);

    /// <summary>The number after the last value.</summary>
    public long End => First + Count;

    public ReadOnlySpan<byte> Batch => _bytes[HeaderSize..];

    /// <summary>The same, to keep.</summary>
    public HistoryBatch ToBatch() => new(Encoding.ASCII.GetString(Boot), First, Count, Batch.ToArray());

    /// <summary>Reads a record; false when it is of a kind that a later version may have written.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out HistoryRecord record)
    {
        record = new HistoryRecord(bytes);
        return bytes.Length >= HeaderSize && bytes[0] is BatchKind or AcknowledgedKind;
    }

    public static void WriteBatch(IBufferWriter<byte> writer, string boot, long first, int count, ReadOnlySpan<byte> batch)
    {
        var bytes = WriteHeader(writer.GetSpan(HeaderSize + batch.Length), BatchKind, boot, first, count);
        batch.CopyTo(bytes);
        writer.Advance(HeaderSize + batch.Length);
    }

    public static byte[] WriteAcknowledged(HistoryMark mark)
    {
        var bytes = new byte[HeaderSize];
        WriteHeader(bytes, AcknowledgedKind, mark.Boot, mark.Next, 0);
        return bytes;
    }

    private static Span<byte> WriteHeader(Span<byte> bytes, byte kind, string boot, long first, int count)
    {
        bytes[0] = kind;
        Encoding.ASCII.GetBytes(boot, bytes[BootOffset..FirstOffset]);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[FirstOffset..], first);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[CountOffset..], count);
        return bytes[HeaderSize..];
    }
}
