using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>A loop's statistics on the wire. Times are in microseconds.</summary>
public static class LoopStatisticsDocument
{
    internal static IReadOnlyList<string> PolicyNames { get; } = ["immediate", "skip", "terminate", "catch_up"];

    /// <summary>The name of a policy on the wire.</summary>
    public static string NameOf(MissedLoopPolicy policy) => PolicyNames[(int)policy];

    /// <summary>Reads what <see cref="Write(Utf8JsonWriter, LoopStatistics?, bool)"/> has written; null for a task without a loop.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static LoopStatistics? Read(JsonElement document)
    {
        if (document.ValueKind == JsonValueKind.Null)
            return null;
        try
        {
            return ReadMembers(document);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException($"These are no statistics of a loop: {exception.Message}", exception);
        }
    }

    /// <summary>Writes them as a JSON object, or null for a task without a loop.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="statistics">The statistics.</param>
    /// <param name="isWhole">Whether all is wanted: with the histograms, some kilobytes where the rest has half of one, and the scheduling, which a state has beside it.</param>
    public static void Write(Utf8JsonWriter writer, LoopStatistics? statistics, bool isWhole)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (statistics is not { } loop)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteNumber("epoch"u8, loop.Epoch);
        writer.WriteTimestamp("since"u8, loop.Since);
        writer.WriteNumber("period_ms"u8, loop.Period.TotalMilliseconds);
        writer.WriteString("policy"u8, NameOf(loop.Policy));
        writer.WriteNumber("turns"u8, loop.Turns);
        writer.WriteNumber("misses"u8, loop.Misses);
        writer.WriteNumber("misses_gc"u8, loop.MissesWithCollection);
        writer.WriteNumber("consecutive_misses_max"u8, loop.ConsecutiveMissesMax);
        writer.WriteNumber("skipped"u8, loop.Skipped);
        writer.WriteNumber("caught_up"u8, loop.CaughtUp);
        writer.WriteNumber("gaps"u8, loop.Gaps);
        if (loop.Load is { } load)
            writer.WriteNumber("load"u8, Math.Round(load, 4));
        else
            writer.WriteNull("load"u8);
        Write(writer, "lateness_us"u8, loop.Lateness, isWhole);
        Write(writer, "duration_us"u8, loop.Duration, isWhole);
        if (loop is { LastMissAt: { } at, LastMissLateness: { } late })
        {
            writer.WriteStartObject("last_miss"u8);
            writer.WriteTimestamp("at"u8, at);
            writer.WriteNumber("late_us"u8, late.TotalMicroseconds);
            writer.WriteEndObject();
        }

        if (isWhole && loop.Scheduling is { } scheduling)
        {
            writer.WritePropertyName("scheduling"u8);
            SchedulingDocument.Write(writer, scheduling);
        }

        writer.WriteEndObject();
    }

    internal static MissedLoopPolicy? ParsePolicy(string? name) =>
        name is null ? null : (MissedLoopPolicy)PolicyNames.ToList().IndexOf(name);

    private static LoopStatistics ReadMembers(JsonElement document)
    {
        var hasMissed = document.TryGetProperty("last_miss", out var miss);
        return new LoopStatistics
        {
            Epoch = document.GetProperty("epoch").GetInt32(),
            Since = document.GetProperty("since").GetDateTimeOffset(),
            Period = TimeSpan.FromMilliseconds(document.GetProperty("period_ms").GetDouble()),
            Policy = ParsePolicy(document.GetProperty("policy").GetString()) ?? default,
            Turns = document.GetProperty("turns").GetInt64(),
            Misses = document.GetProperty("misses").GetInt64(),
            MissesWithCollection = document.GetProperty("misses_gc").GetInt64(),
            ConsecutiveMissesMax = document.GetProperty("consecutive_misses_max").GetInt64(),
            Skipped = document.GetProperty("skipped").GetInt64(),
            CaughtUp = document.GetProperty("caught_up").GetInt64(),
            Gaps = document.GetProperty("gaps").GetInt64(),
            Load = document.GetProperty("load") is { ValueKind: JsonValueKind.Number } load ? load.GetDouble() : null,
            Lateness = ReadTimes(document.GetProperty("lateness_us")),
            Duration = ReadTimes(document.GetProperty("duration_us")),
            LastMissAt = hasMissed ? miss.GetProperty("at").GetDateTimeOffset() : null,
            LastMissLateness = hasMissed ? ReadTime(miss.GetProperty("late_us")) : null,
            Scheduling = document.TryGetProperty("scheduling", out var scheduling) ? SchedulingDocument.Read(scheduling) : null,
        };
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, TimeStatistics? times, bool isWhole)
    {
        if (times is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteNumber("min"u8, times.Min.TotalMicroseconds);
        writer.WriteNumber("mean"u8, times.Mean.TotalMicroseconds);
        writer.WriteNumber("p50"u8, times.P50.TotalMicroseconds);
        writer.WriteNumber("p99"u8, times.P99.TotalMicroseconds);
        writer.WriteNumber("p999"u8, times.P999.TotalMicroseconds);
        writer.WriteNumber("max"u8, times.Max.TotalMicroseconds);
        if (isWhole)
            WriteBuckets(writer, times.Buckets);
        writer.WriteEndObject();
    }

    private static void WriteBuckets(Utf8JsonWriter writer, IReadOnlyList<TimeBucket> buckets)
    {
        writer.WriteStartArray("buckets"u8);
        foreach (var bucket in buckets)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(bucket.UpTo.TotalMicroseconds);
            writer.WriteNumberValue(bucket.Count);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private static TimeStatistics? ReadTimes(JsonElement times) => times.ValueKind == JsonValueKind.Null ? null : new TimeStatistics
    {
        Min = ReadTime(times.GetProperty("min")),
        Mean = ReadTime(times.GetProperty("mean")),
        P50 = ReadTime(times.GetProperty("p50")),
        P99 = ReadTime(times.GetProperty("p99")),
        P999 = ReadTime(times.GetProperty("p999")),
        Max = ReadTime(times.GetProperty("max")),
        Buckets = times.TryGetProperty("buckets", out var buckets)
            ? [.. buckets.EnumerateArray().Select(static bucket => new TimeBucket(ReadTime(bucket[0]), bucket[1].GetInt64()))]
            : [],
    };

    // A double times ten is not always the whole number of ticks that was written.
    private static TimeSpan ReadTime(JsonElement microseconds) => TimeSpan.FromTicks((long)Math.Round(microseconds.GetDouble() * TimeSpan.TicksPerMicrosecond));
}
