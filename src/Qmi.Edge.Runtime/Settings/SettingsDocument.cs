using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>A task's settings on the wire: one document with what is in effect and what waits, so that there is nothing to race.</summary>
internal static class SettingsDocument
{
    public static void WriteMembers<T>(Utf8JsonWriter writer, SettingsSlot<T> slot, DataType<T> type, bool isRunning)
    {
        // Read in this order: what waits may come into effect in between, but then it is shown as both, never as neither.
        var waiting = slot.NotYetInEffect;
        var reported = slot.Reported;
        writer.WriteNumber("head_rev"u8, slot.HeadRevision);
        writer.WritePropertyName("reported"u8);
        if (reported is null)
            writer.WriteNullValue();
        else
            WriteValues(writer, type, reported.Value, reported.Origin, "at"u8, null);

        var waits = waiting is not null && waiting.Origin.Revision != reported?.Origin.Revision;
        writer.WritePropertyName("pending"u8);
        if (!waits)
        {
            writer.WriteNullValue();
            return;
        }

        WriteValues(writer, type, waiting!.Value, waiting.Origin, "since"u8, isRunning ? "the task" : "start");
        if (reported is not null)
            WriteDelta(writer, type.ToElement(reported.Value), type.ToElement(waiting.Value), type.Schema);
    }

    private static void WriteValues<T>(Utf8JsonWriter writer, DataType<T> type, T value, SettingsOrigin origin, ReadOnlySpan<byte> timeName, string? waitingFor)
    {
        writer.WriteStartObject();
        writer.WriteNumber("rev"u8, origin.Revision);
        writer.WritePropertyName("values"u8);
        Secrets.Write(writer, type.ToElement(value), type.Schema);
        writer.WriteString("by"u8, origin.By);
        if (origin.RequestId is { } id)
            writer.WriteString("id"u8, id);
        writer.WriteTimestamp(timeName, origin.At);
        if (waitingFor is not null)
            writer.WriteString("waiting_for"u8, waitingFor);
        writer.WriteEndObject();
    }

    private static void WriteDelta(Utf8JsonWriter writer, JsonElement before, JsonElement after, Schema schema)
    {
        writer.WriteStartObject("delta"u8);
        foreach (var path in JsonPointer.Differences(before, after))
        {
            writer.WriteStartArray(path);
            var isSecret = Secrets.Contains(schema, path);
            WriteAt(writer, before, path, isSecret);
            WriteAt(writer, after, path, isSecret);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteAt(Utf8JsonWriter writer, JsonElement document, string path, bool isSecret)
    {
        if (isSecret)
            writer.WriteStringValue(Secrets.Mask);
        else if (JsonPointer.Find(document, path) is { } value)
            value.WriteTo(writer);
        else
            writer.WriteNullValue();
    }
}
