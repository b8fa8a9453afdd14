using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>A task's settings as they are on the disk: JSON that people can read. Secrets are in it as they are; only the box's user may read the file.</summary>
internal static class SettingsRecord
{
    /// <summary>The version of this form.</summary>
    public const int Version = 1;

    private static readonly JsonWriterOptions Style = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write<T>(string task, SettingsState<T> state, DataType<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Style))
            Write(writer, task, state, type);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write<T>(Utf8JsonWriter writer, string task, SettingsState<T> state, DataType<T> type)
    {
        writer.WriteStartObject();
        writer.WriteNumber("v"u8, Version);
        writer.WriteString("task"u8, task);
        writer.WriteNumber("head_rev"u8, state.Head);
        WriteEntry(writer, "reported"u8, state.Reported, type);
        WriteEntry(writer, "pending"u8, state.Pending, type);
        if (state.Trial is { } trial)
        {
            writer.WriteStartObject("trial"u8);
            writer.WriteNumber("failures"u8, trial.Failures);
            WriteEntry(writer, "proven"u8, trial.Proven, type);
            WriteEntry(writer, "before"u8, trial.Before, type);
            WriteEntry(writer, "candidate"u8, trial.Candidate, type);
            writer.WriteEndObject();
        }

        writer.WriteStartArray("unconfirmed"u8);
        foreach (var waiting in state.Unconfirmed)
            WriteUnconfirmed(writer, waiting);
        writer.WriteEndArray();
        writer.WriteStartArray("confirmed"u8);
        foreach (var revision in state.Confirmed)
            writer.WriteNumberValue(revision);
        writer.WriteEndArray();
        WriteHistory(writer, state.History);
        writer.WriteStartArray("acks"u8);
        foreach (var ack in state.Acks.All)
            SettingsAckJson.Write(writer, ack);
        writer.WriteEndArray();
        WriteGiven(writer, state.Given);
        writer.WriteEndObject();
    }

    private static void WriteEntry<T>(Utf8JsonWriter writer, ReadOnlySpan<byte> name, SettingsEntry<T>? entry, DataType<T> type)
    {
        writer.WritePropertyName(name);
        if (entry is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        SettingsOriginJson.WriteMembers(writer, entry.Origin);
        writer.WritePropertyName("values"u8);
        type.Write(writer, entry.Value);
        writer.WriteEndObject();
    }

    private static void WriteUnconfirmed(Utf8JsonWriter writer, UnconfirmedSettings waiting)
    {
        writer.WriteStartObject();
        SettingsOriginJson.WriteMembers(writer, waiting.Origin);
        writer.WriteNumber("base_rev"u8, waiting.BaseRevision);
        writer.WriteStartArray("undo"u8);
        foreach (var edit in waiting.Undo)
        {
            writer.WriteStartObject();
            writer.WriteString("path"u8, edit.Path);
            if (!edit.Removes)
                WriteValue(writer, "value"u8, edit.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteHistory(Utf8JsonWriter writer, RevisionHistory history)
    {
        writer.WriteStartObject("history"u8);
        writer.WriteNumber("floor"u8, history.Floor);
        writer.WriteStartArray("changes"u8);
        foreach (var change in history.All)
        {
            writer.WriteStartObject();
            writer.WriteNumber("rev"u8, change.Revision);
            writer.WriteStartArray("paths"u8);
            foreach (var path in change.Paths)
                writer.WriteStringValue(path);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteGiven(Utf8JsonWriter writer, GivenSettings given)
    {
        writer.WriteStartObject("given"u8);
        WriteValue(writer, "file"u8, given.File);
        WriteValue(writer, "program"u8, given.Program);
        WriteValue(writer, "constructor"u8, given.Constructor);
        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, ReadOnlySpan<byte> name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
            return;
        writer.WritePropertyName(name);
        value.WriteTo(writer);
    }
}
