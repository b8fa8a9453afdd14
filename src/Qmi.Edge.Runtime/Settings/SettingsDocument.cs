using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>A task's settings on the wire: one document with what is in effect and what waits, so that there is nothing to race. All in it survives a power cut.</summary>
internal static class SettingsDocument
{
    public static void WriteMembers<T>(Utf8JsonWriter writer, QmiTaskRunner task, SettingsKeeper<T> keeper, DataType<T> type)
    {
        var state = keeper.Shown;
        writer.WriteNumber("head_rev"u8, state.Head);
        writer.WritePropertyName("reported"u8);
        if (state.Reported is { } reported)
            WriteEntry(writer, task, reported, type, "at"u8, waitingFor: null);
        else
            writer.WriteNullValue();
        writer.WritePropertyName("pending"u8);
        if (state.Pending is { } pending)
        {
            WriteEntry(writer, task, pending, type, "since"u8, WaitsFor(task, pending, keeper.Slot));
            if (state.Reported is { } before)
                WriteDelta(writer, type.ToElement(before.Value), type.ToElement(pending.Value), type.Schema);
        }
        else
        {
            writer.WriteNullValue();
        }

        if (state.LastGoodRevision is { } lastGood)
            writer.WriteNumber("last_good_rev"u8, lastGood);
        if (!state.Unconfirmed.IsEmpty)
            WriteUnconfirmed(writer, state);
    }

    private static string WaitsFor<T>(QmiTaskRunner task, SettingsEntry<T> pending, SettingsSlot<T> slot) => pending.Origin.Terms switch
    {
        _ when slot.Reported?.Revision >= pending.Revision => "disk",
        { AtNextStart: true } when task.IsRunning => "next_start",
        _ when !task.IsRunning => "start",
        { Expires: not null } when !task.Box.Clock.IsSynchronised => "clock",
        _ => task.LoopStatistics is null ? "task" : "loop iteration",
    };

    private static void WriteEntry<T>(Utf8JsonWriter writer, QmiTaskRunner task, SettingsEntry<T> entry, DataType<T> type, ReadOnlySpan<byte> timeName, string? waitingFor)
    {
        var (origin, values) = (entry.Origin, type.ToElement(entry.Value));
        writer.WriteStartObject();
        writer.WriteNumber("rev"u8, origin.Revision);
        writer.WritePropertyName("values"u8);
        var shown = Secrets.ToText(values, type.Schema);
        writer.WriteRawValue(shown, skipInputValidation: true);
        WriteSecrets(writer, task, values, type.Schema);
        writer.WriteString("by"u8, origin.By);
        if (origin.RequestId is { } id)
            writer.WriteString("id"u8, id);
        writer.WriteTimestamp(timeName, origin.At);
        if (origin.Terms.Note is { } note)
            writer.WriteString("note"u8, note);
        if (waitingFor is null)
        {
            using var document = JsonDocument.Parse(shown);
            writer.WriteString("hash"u8, ContentHash.Of(document.RootElement));
        }
        else
        {
            WriteTerms(writer, origin.Terms);
            writer.WriteString("waiting_for"u8, waitingFor);
        }

        writer.WriteEndObject();
    }

    private static void WriteTerms(Utf8JsonWriter writer, SettingsTerms terms)
    {
        if (terms.AtNextStart)
            writer.WriteString("apply"u8, "next_start"u8);
        if (terms.Expires is { } expires)
            writer.WriteTimestamp("expires"u8, expires);
        if (terms.Confirm is { } confirm)
            writer.WriteNumber("confirm_ms"u8, (long)confirm.TotalMilliseconds);
    }

    private static void WriteSecrets(Utf8JsonWriter writer, QmiTaskRunner task, JsonElement values, Schema schema)
    {
        var isFirst = true;
        foreach (var (path, value) in Secrets.Find(values, schema))
        {
            if (isFirst)
                writer.WriteStartObject("secrets"u8);
            isFirst = false;
            writer.WriteString(path, task.Box.SecretHashes.Of(task.Name, path, value));
        }

        if (!isFirst)
            writer.WriteEndObject();
    }

    private static void WriteUnconfirmed<T>(Utf8JsonWriter writer, SettingsState<T> state)
    {
        writer.WriteStartArray("unconfirmed"u8);
        foreach (var waiting in state.Unconfirmed)
        {
            writer.WriteStartObject();
            writer.WriteNumber("rev"u8, waiting.Revision);
            writer.WriteString("by"u8, waiting.Origin.By);
            writer.WriteTimestamp("at"u8, waiting.Origin.At);
            writer.WriteNumber("confirm_ms"u8, (long)waiting.Origin.Terms.Confirm!.Value.TotalMilliseconds);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteDelta(Utf8JsonWriter writer, JsonElement before, JsonElement after, Schema schema)
    {
        writer.WriteStartObject("delta"u8);
        foreach (var path in JsonPointer.Differences(before, after))
        {
            writer.WriteStartArray(path);
            WriteAt(writer, before, path, schema);
            WriteAt(writer, after, path, schema);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteAt(Utf8JsonWriter writer, JsonElement document, string path, Schema schema)
    {
        if (JsonPointer.Find(document, path) is { } value)
            Secrets.Write(writer, value, Secrets.SchemaAt(schema, path));
        else
            writer.WriteNullValue();
    }
}
