using System.Buffers;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The ledger as it is in the state folder: JSON, for people to read.</summary>
internal sealed class LedgerFile(IStateDisk disk)
{
    /// <summary>Its name.</summary>
    public const string Name = "ledger";

    private readonly AtomicFile _file = new(disk, Name);

    /// <summary>Reads the topics, each with what it says of a move, or null.</summary>
    /// <param name="damage">What was wrong with the file, or null.</param>
    public IReadOnlyList<(string Topic, string? MovedTo)> Load(out string? damage)
    {
        (var content, damage) = _file.Load();
        if (content is not { } bytes)
            return [];
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var topics = document.RootElement.GetProperty("topics"u8);
            return [.. topics.EnumerateObject().Select(topic => (topic.Name, topic.Value.ValueKind == JsonValueKind.String ? topic.Value.GetString() : null))];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // The checksum is right: it was written so, by a version that is not this one.
            damage = $"{Name} cannot be read by this version ({exception.Message}).";
            return [];
        }
    }

    /// <summary>Replaces it; it is on the disk when this returns.</summary>
    public void Save(IReadOnlyList<LedgerEntry> entries)
    {
        var bytes = new ArrayBufferWriter<byte>(64 * (entries.Count + 1));
        using var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, Encoder = JsonStyle.Writing.Encoder });
        writer.WriteStartObject();
        writer.WriteNumber("v"u8, 1);
        writer.WriteStartObject("topics"u8);
        foreach (var entry in entries)
        {
            if (entry.MovedTo is { } moved)
                writer.WriteString(entry.Topic, moved);
            else
                writer.WriteBoolean(entry.Topic, true);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        _file.Save(bytes.WrittenSpan);
    }
}
