using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Where settings came from, as it is on the disk.</summary>
internal static class SettingsOriginJson
{
    private static readonly string[] Roads = ["local", "call", "topic"];

    public static void WriteMembers(Utf8JsonWriter writer, SettingsOrigin origin)
    {
        writer.WriteNumber("rev"u8, origin.Revision);
        writer.WriteString("by"u8, origin.By);
        if (origin.RequestId is { } id)
            writer.WriteString("id"u8, id);
        writer.WriteTimestamp("at"u8, origin.At);
        WriteRoad(writer, origin.Road, origin.Order);
        if (origin.Terms.AtNextStart)
            writer.WriteString("apply"u8, "next_start"u8);
        if (origin.Terms.Expires is { } expires)
            writer.WriteTimestamp("expires"u8, expires);
        if (origin.Terms.Confirm is { } confirm)
            writer.WriteNumber("confirm_ms"u8, (long)confirm.TotalMilliseconds);
        if (origin.Terms.Note is { } note)
            writer.WriteString("note"u8, note);
        if (origin.Undoes.IsEmpty)
            return;
        writer.WriteStartArray("undoes"u8);
        foreach (var undone in origin.Undoes)
        {
            writer.WriteStartObject();
            WriteMembers(writer, undone);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteRoad(Utf8JsonWriter writer, PushRoad road, long order)
    {
        writer.WriteString("road"u8, Roads[(int)road]);
        writer.WriteNumber("order"u8, order);
    }

    public static SettingsOrigin Read(JsonElement value) => new(value.GetProperty("rev").GetInt64(), value.GetProperty("by").GetString()!, FindText(value, "id"), value.GetProperty("at").GetDateTimeOffset())
    {
        Road = ReadRoad(value),
        Order = value.GetProperty("order").GetInt64(),
        Terms = new SettingsTerms
        {
            AtNextStart = FindText(value, "apply") is not null,
            Expires = value.TryGetProperty("expires", out var expires) ? expires.GetDateTimeOffset() : null,
            Confirm = FindMilliseconds(value, "confirm_ms"),
            Note = FindText(value, "note"),
        },
        Undoes = value.TryGetProperty("undoes", out var undoes) ? [.. undoes.EnumerateArray().Select(Read)] : [],
    };

    public static PushRoad ReadRoad(JsonElement value) => (PushRoad)Math.Max(0, Array.IndexOf(Roads, value.GetProperty("road").GetString()));

    public static string? FindText(JsonElement value, string name) => value.TryGetProperty(name, out var member) ? member.GetString() : null;

    public static TimeSpan? FindMilliseconds(JsonElement value, string name) => value.TryGetProperty(name, out var member) ? TimeSpan.FromMilliseconds(member.GetInt64()) : null;
}
