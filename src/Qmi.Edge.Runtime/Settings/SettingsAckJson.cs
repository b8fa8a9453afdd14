using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Answers to pushes, as they are kept on the disk.</summary>
internal static class SettingsAckJson
{
    public static void Write(Utf8JsonWriter writer, SettingsAck ack)
    {
        writer.WriteStartObject();
        writer.WriteString("by"u8, ack.Caller);
        if (ack.RequestId is { } id)
            writer.WriteString("id"u8, id);
        if (ack.Revision is { } revision)
            writer.WriteNumber("rev"u8, revision);
        writer.WriteString("state"u8, SettingsAckStates.NameOf(ack.State));
        writer.WriteTimestamp("at"u8, ack.At);
        SettingsOriginJson.WriteRoad(writer, ack.Road, ack.Order);
        if (ack.Turn is { } turn)
            writer.WriteNumber("turn"u8, turn);
        if (ack.Confirm is { } confirm)
            writer.WriteNumber("confirm_ms"u8, (long)confirm.TotalMilliseconds);
        if (ack.Error is { } error)
        {
            writer.WritePropertyName("error"u8);
            ErrorDocument.Write(writer, error);
        }

        writer.WriteEndObject();
    }

    public static SettingsAck Read(JsonElement value) => new(
        value.GetProperty("by").GetString()!,
        SettingsOriginJson.FindText(value, "id"),
        value.TryGetProperty("rev", out var revision) ? revision.GetInt64() : null,
        SettingsAckStates.Parse(value.GetProperty("state").GetString()),
        value.GetProperty("at").GetDateTimeOffset())
    {
        Road = SettingsOriginJson.ReadRoad(value),
        Order = value.GetProperty("order").GetInt64(),
        Turn = value.TryGetProperty("turn", out var turn) ? turn.GetInt64() : null,
        Confirm = SettingsOriginJson.FindMilliseconds(value, "confirm_ms"),
        Error = value.TryGetProperty("error", out var error) ? ErrorDocument.Read(error) : null,
    };
}
