using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>A loop's statistics on the wire.</summary>
internal static class LoopStatisticsDocument
{
    public static IReadOnlyList<string> PolicyNames { get; } = ["immediate", "skip", "terminate", "catch_up"];

    public static string NameOf(MissedLoopPolicy policy) => PolicyNames[(int)policy];

    public static MissedLoopPolicy? ParsePolicy(string? name) =>
        name is null ? null : (MissedLoopPolicy)PolicyNames.ToList().IndexOf(name);

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    public static LoopStatistics? Read(JsonElement document)
    {
        if (document.ValueKind == JsonValueKind.Null)
            return null;
        var hasMissed = document.TryGetProperty("last_miss", out var miss);
        return new LoopStatistics
        {
            Period = TimeSpan.FromMilliseconds(document.GetProperty("period_ms").GetDouble()),
            Policy = ParsePolicy(document.GetProperty("policy").GetString()) ?? default,
            Turns = document.GetProperty("turns").GetInt64(),
            Misses = document.GetProperty("misses").GetInt64(),
            ConsecutiveMissesMax = document.GetProperty("consecutive_misses_max").GetInt64(),
            Skipped = document.GetProperty("skipped").GetInt64(),
            CaughtUp = document.GetProperty("caught_up").GetInt64(),
            Gaps = document.GetProperty("gaps").GetInt64(),
            LatenessMax = TimeSpan.FromMicroseconds(document.GetProperty("lateness_max_us").GetInt64()),
            DurationMax = TimeSpan.FromMicroseconds(document.GetProperty("duration_max_us").GetInt64()),
            LastMissAt = hasMissed ? miss.GetProperty("at").GetDateTimeOffset() : null,
            LastMissLateness = hasMissed ? TimeSpan.FromMicroseconds(miss.GetProperty("late_us").GetInt64()) : null,
        };
    }

    public static void Write(Utf8JsonWriter writer, LoopStatistics? statistics)
    {
        if (statistics is not { } loop)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteNumber("period_ms"u8, loop.Period.TotalMilliseconds);
        writer.WriteString("policy"u8, NameOf(loop.Policy));
        writer.WriteNumber("turns"u8, loop.Turns);
        writer.WriteNumber("misses"u8, loop.Misses);
        writer.WriteNumber("consecutive_misses_max"u8, loop.ConsecutiveMissesMax);
        writer.WriteNumber("skipped"u8, loop.Skipped);
        writer.WriteNumber("caught_up"u8, loop.CaughtUp);
        writer.WriteNumber("gaps"u8, loop.Gaps);
        writer.WriteNumber("lateness_max_us"u8, (long)loop.LatenessMax.TotalMicroseconds);
        writer.WriteNumber("duration_max_us"u8, (long)loop.DurationMax.TotalMicroseconds);
        if (loop is { LastMissAt: { } at, LastMissLateness: { } late })
        {
            writer.WriteStartObject("last_miss"u8);
            writer.WriteTimestamp("at"u8, at);
            writer.WriteNumber("late_us"u8, (long)late.TotalMicroseconds);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
