using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The answer to who asks for a range of a signal's values: the batches that cover it, what of it is gone, and where to go on.</summary>
public sealed class HistoryRange
{
    // What the answer has beside the batches, and for each part that is gone.
    private const int Frame = 512;
    private const int MissingSize = 64;

    private readonly List<HistoryBatch> _batches = [];
    private readonly List<(long From, long To)> _missing = [];
    private readonly int _mostBytes;
    private int _bytes = Frame;
    private long _told;

    internal HistoryRange(string boot, long from, long to, int mostBytes) => (Boot, From, To, _mostBytes, _told) = (boot, from, to, mostBytes, from);

    /// <summary>The run of the box.</summary>
    public string Boot { get; }

    /// <summary>The first value asked for.</summary>
    public long From { get; }

    /// <summary>The first value that the answer says nothing about: as asked for, but not beyond what there is.</summary>
    public long To { get; }

    /// <summary>The batches; the first and the last may have values outside of the range.</summary>
    public IReadOnlyList<HistoryBatch> Batches => _batches;

    /// <summary>The parts of the range that are not kept any more, or never were.</summary>
    public IReadOnlyList<(long From, long To)> Missing => _missing;

    /// <summary>Where to ask on when not everything fitted; null when it did.</summary>
    public long? Next { get; private set; }

    /// <summary>The runs of the box of which something is kept, the oldest first.</summary>
    public IReadOnlyList<string> Boots { get; init; } = [];

    /// <summary>Writes the answer as a JSON object.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("boot"u8, Boot);
        writer.WriteNumber("from"u8, From);
        writer.WriteNumber("to"u8, To);
        writer.WriteStartArray("batches"u8);
        foreach (var batch in _batches)
            writer.WriteRawValue(batch.Json, skipInputValidation: true);
        writer.WriteEndArray();
        writer.WriteStartArray("missing"u8);
        foreach (var (from, to) in _missing)
        {
            writer.WriteStartObject();
            writer.WriteNumber("from"u8, from);
            writer.WriteNumber("to"u8, to);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (Next is { } next)
            writer.WriteNumber("next"u8, next);
        writer.WriteStartArray("boots"u8);
        foreach (var boot in Boots)
            writer.WriteStringValue(boot);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    internal bool TryAdd(HistoryBatch batch)
    {
        _bytes += batch.Json.Length + 1 + (batch.First > _told ? MissingSize : 0);
        if (_batches.Count > 0 && _bytes > _mostBytes)
        {
            Next = _told;
            return false;
        }

        Miss(batch.First);
        _batches.Add(batch);
        _told = Math.Max(_told, batch.End.Next);
        return true;
    }

    internal void Close()
    {
        if (Next is null)
            Miss(To);
    }

    private void Miss(long until)
    {
        if (until > _told)
            _missing.Add((_told, until));
        _told = Math.Max(_told, until);
    }
}
