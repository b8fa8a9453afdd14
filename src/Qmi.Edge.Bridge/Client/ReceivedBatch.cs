using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>A batch of signal values, as <see cref="BatchWriter"/> writes it, or the same as CBOR. The values stay JSON: only the signal knows what they are.</summary>
internal sealed class ReceivedBatch
{
    // Far more than a box sends: what claims to have more is no batch.
    private const int MostValues = 100_000;

    private string? _boot;
    private long? _step;
    private long[]? _offsets;

    private ReceivedBatch()
    {
    }

    /// <summary>Which run of the box.</summary>
    public string Boot => _boot!;

    /// <summary>Number of the first value.</summary>
    public long First { get; private set; } = -1;

    public int Count { get; private set; } = 1;

    /// <summary>Wall time of the first value.</summary>
    public DateTimeOffset Time { get; private set; }

    /// <summary>Microseconds of each value since the first.</summary>
    public ReadOnlyMemory<long> Offsets => _offsets;

    /// <summary>How far the values can be trusted.</summary>
    public Quality Quality { get; private set; }

    /// <summary>The values as one JSON array.</summary>
    public ReadOnlyMemory<byte> Values { get; private set; }

    /// <exception cref="JsonException">It is no batch.</exception>
    public static ReceivedBatch Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            var batch = new ReceivedBatch();
            batch.ReadMembers(CborToJson.IsCbor(payload.Span) ? CborToJson.Convert(payload.Span) : payload);
            batch.Check();
            return batch;
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            throw new JsonException($"A member of the batch is not what it should be: {exception.Message}", exception);
        }
    }

    /// <summary>The part of it that lies in a range; null when there is none.</summary>
    /// <param name="from">The first value wanted.</param>
    /// <param name="to">The first value not wanted any more; null = all there are.</param>
    public ReceivedBatch? Slice(long from, long? to)
    {
        var (start, end) = (Math.Max(0, from - First), Math.Min(Count, (to ?? long.MaxValue) - First));
        if (start >= end)
            return null;
        if (end - start == Count)
            return this;
        return new ReceivedBatch
        {
            _boot = _boot,
            _offsets = _offsets![(int)start..(int)end],
            First = First + start,
            Count = (int)(end - start),
            Time = Time,
            Quality = Quality,
            Values = SliceValues((int)start, (int)end),
        };
    }

    /// <summary>The quality of that number; of one that is not known nobody should rely on the value.</summary>
    public static Quality QualityOf(int number) => number is >= 0 and <= (int)Quality.Simulated ? (Quality)number : Quality.Bad;

    private void Check()
    {
        if (_boot is null || Values.IsEmpty || Count is < 1 or > MostValues || First < 0)
            throw new JsonException("A batch has boot, s, t, n and values.");
        _offsets ??= [.. Enumerable.Range(0, Count).Select(index => index * (_step ?? 0))];
        if (_offsets.Length != Count)
            throw new JsonException($"A batch of {Count} values has {_offsets.Length} times.");
    }

    private void ReadMembers(ReadOnlyMemory<byte> payload)
    {
        var reader = new Utf8JsonReader(payload.Span, new JsonReaderOptions { MaxDepth = JsonStyle.MaxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A batch is an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            ReadMember(name, ref reader, payload);
        }
    }

    private void ReadMember(ReadOnlySpan<byte> name, ref Utf8JsonReader reader, ReadOnlyMemory<byte> payload)
    {
        switch (name)
        {
            case [(byte)'s']:
                First = reader.GetInt64();
                break;
            case [(byte)'n']:
                Count = reader.GetInt32();
                break;
            case [(byte)'q']:
                Quality = QualityOf(reader.GetInt32());
                break;
            case [(byte)'t']:
                Time = reader.GetDateTimeOffset();
                break;
            case var _ when name.SequenceEqual("boot"u8):
                _boot = reader.GetString();
                break;
            case var _ when name.SequenceEqual("dt_us"u8):
                _step = reader.GetInt64();
                break;
            case var _ when name.SequenceEqual("t_us"u8):
                _offsets = ReadOffsets(ref reader);
                break;
            case var _ when name.SequenceEqual("values"u8):
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                Values = payload[start..(int)reader.BytesConsumed];
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private byte[] SliceValues(int start, int end)
    {
        var reader = new Utf8JsonReader(Values.Span, new JsonReaderOptions { MaxDepth = JsonStyle.MaxDepth });
        reader.Read();
        var begin = 0;
        for (var index = 0; index < end; index++)
        {
            if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray)
                throw new JsonException($"A batch of {Count} values has only {index}.");
            if (index == start)
                begin = (int)reader.TokenStartIndex;
            reader.Skip();
        }

        return [(byte)'[', .. Values.Span[begin..(int)reader.BytesConsumed], (byte)']'];
    }

    private static long[] ReadOffsets(ref Utf8JsonReader reader)
    {
        var offsets = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (offsets.Count == MostValues)
                throw new JsonException("A batch has too many times.");
            offsets.Add(reader.GetInt64());
        }

        return [.. offsets];
    }
}
