using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Writes what has become of a settings push, as the contract has it.</summary>
internal static class AckWriter
{
    public static void Write(Utf8JsonWriter writer, EdgeBox box, SettingsAck ack, long headRevision, long sequence)
    {
        DocumentHeader.WriteStart(writer, box, sequence);
        writer.WriteString("id"u8, ack.RequestId);
        if (ack.Revision is { } revision)
            writer.WriteNumber("rev"u8, revision);
        writer.WriteString("state"u8, SettingsAckStates.NameOf(ack.State));
        writer.WriteNumber("ac"u8, SettingsAckStates.NumberOf(ack.State));
        if (ack.Error is { } error)
            WriteError(writer, error);
        writer.WritePropertyName("errors"u8);
        ErrorDocument.WriteViolations(writer, ack.Error?.Violations ?? []);
        if (ack.Turn is { } turn)
            writer.WriteNumber("turn"u8, turn);
        if (ack.Confirm is { } confirm)
            writer.WriteNumber("confirm_ms"u8, (long)confirm.TotalMilliseconds);
        writer.WriteTimestamp("at"u8, ack.At);
        writer.WriteNumber("head_rev"u8, headRevision);
        writer.WriteString("executed"u8, ExecutedOf(ack));
        writer.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter writer, QmiException error)
    {
        writer.WriteString("code"u8, error.Code.GetWireName());
        writer.WriteString("message"u8, ErrorDocument.MessageOf(error));
        if (error.RetryAfter is { } retryAfter)
            writer.WriteNumber("retry_after_ms"u8, (long)Math.Ceiling(retryAfter.TotalMilliseconds));
        if (!error.Details.TryGetValue("changed_since", out var changed))
            return;
        writer.WritePropertyName("changed_since"u8);
        WritePaths(writer, changed as IEnumerable<string>);
    }

    // Null: it is too long ago to be known.
    private static void WritePaths(Utf8JsonWriter writer, IEnumerable<string>? paths)
    {
        if (paths is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        foreach (var path in paths)
            writer.WriteStringValue(path);
        writer.WriteEndArray();
    }

    // What was taken back had been done; what waits has not been yet.
    private static string ExecutedOf(SettingsAck ack) => ack.State switch
    {
        SettingsAckState.Applied or SettingsAckState.RolledBack => "yes",
        _ => ack.Error is { } error ? ErrorDocument.NameOf(error.Executed) : "no",
    };
}
