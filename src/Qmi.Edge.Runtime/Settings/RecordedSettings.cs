using System.Collections.Immutable;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>A <see cref="SettingsRecord"/> as it was read, before anybody has looked whether its values still fit the software.</summary>
internal sealed record RecordedSettings
{
    public required long Head { get; init; }

    public RecordedEntry? Reported { get; init; }

    public RecordedEntry? Pending { get; init; }

    public RecordedEntry? Proven { get; init; }

    public RecordedEntry? Before { get; init; }

    public RecordedEntry? Candidate { get; init; }

    public int Failures { get; init; }

    public ImmutableArray<UnconfirmedSettings> Unconfirmed { get; init; } = [];

    public ImmutableArray<long> Confirmed { get; init; } = [];

    public required RevisionHistory History { get; init; }

    public required SettingsAcks Acks { get; init; }

    public required GivenSettings Given { get; init; }

    /// <summary>Reads a record.</summary>
    /// <returns>Null when it is no record of this version.</returns>
    public static RecordedSettings? TryRead(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement.Clone();
            return root.GetProperty("v").GetInt32() == SettingsRecord.Version ? Read(root) : null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Whole, as its checksum says, but written by software that had another idea of it.
            return null;
        }
    }

    private static RecordedSettings Read(JsonElement root)
    {
        var hasTrial = root.TryGetProperty("trial", out var trial);
        var history = root.GetProperty("history");
        return new RecordedSettings
        {
            Head = root.GetProperty("head_rev").GetInt64(),
            Reported = ReadEntry(root, "reported"),
            Pending = ReadEntry(root, "pending"),
            Proven = hasTrial ? ReadEntry(trial, "proven") : null,
            Before = hasTrial ? ReadEntry(trial, "before") : null,
            Candidate = hasTrial ? ReadEntry(trial, "candidate") : null,
            Failures = hasTrial ? trial.GetProperty("failures").GetInt32() : 0,
            Unconfirmed = [.. root.GetProperty("unconfirmed").EnumerateArray().Select(ReadUnconfirmed)],
            Confirmed = [.. root.GetProperty("confirmed").EnumerateArray().Select(revision => revision.GetInt64())],
            History = RevisionHistory.From(history.GetProperty("floor").GetInt64(), history.GetProperty("changes").EnumerateArray().Select(ReadChange)),
            Acks = SettingsAcks.Of(root.GetProperty("acks").EnumerateArray().Select(SettingsAckJson.Read)),
            Given = ReadGiven(root.GetProperty("given")),
        };
    }

    private static RecordedEntry? ReadEntry(JsonElement parent, string name) =>
        parent.GetProperty(name) is { ValueKind: JsonValueKind.Object } entry ? new RecordedEntry(entry.GetProperty("values"), SettingsOriginJson.Read(entry)) : null;

    private static UnconfirmedSettings ReadUnconfirmed(JsonElement value) => new(
        SettingsOriginJson.Read(value),
        value.GetProperty("base_rev").GetInt64(),
        [.. value.GetProperty("undo").EnumerateArray().Select(edit => new JsonEdit(edit.GetProperty("path").GetString()!, edit.TryGetProperty("value", out var old) ? old : default))],
        Deadline: 0);

    private static RevisionHistory.Change ReadChange(JsonElement value) =>
        new(value.GetProperty("rev").GetInt64(), [.. value.GetProperty("paths").EnumerateArray().Select(path => path.GetString()!)]);

    private static GivenSettings ReadGiven(JsonElement given) => new(Find(given, "file"), Find(given, "program"), Find(given, "constructor"));

    private static JsonElement Find(JsonElement value, string name) => value.TryGetProperty(name, out var member) ? member : default;
}

/// <summary>Settings as they were read from the disk.</summary>
internal sealed record RecordedEntry(JsonElement Values, SettingsOrigin Origin);
