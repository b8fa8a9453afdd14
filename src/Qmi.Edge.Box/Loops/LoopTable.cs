using System.Globalization;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Loops as a table for a terminal, a line for each.</summary>
internal static class LoopTable
{
    private const string Gap = "  ";

    private static readonly string[] Heads =
        ["TASK", "PERIOD", "POLICY", "TURNS", "MISSES", "BY GC", "SKIPPED", "GAPS", "LATE P50", "P99", "P99.9", "MAX", "TURN P50", "P99", "P99.9", "MAX", "LOAD", "RUNS AS"];

    // Names to the left, numbers to the right.
    private static readonly bool[] IsName = [.. Heads.Select(static head => head is "TASK" or "POLICY" or "RUNS AS")];

    public static string Write(IReadOnlyList<LoopReading> readings)
    {
        var rows = readings.Where(reading => reading.Statistics is not null).Select(reading => Row(reading.Task, reading.Statistics!.Value)).Prepend(Heads).ToList();
        var widths = Enumerable.Range(0, Heads.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var lines = rows.Select(row => string.Join(Gap, row.Select((cell, column) => IsName[column] ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
        var mistakes = readings.Where(reading => reading.Mistake is not null).Select(reading => $"{reading.Task}: {reading.Mistake}");
        var refusals = readings.SelectMany(reading => (reading.Statistics?.Scheduling?.Refusals ?? []).Select(refusal => $"{reading.Task}: {refusal.Message}"));
        return string.Join('\n', lines.Concat(mistakes).Concat(refusals)) + "\n";
    }

    private static string[] Row(string task, LoopStatistics loop) =>
    [
        task,
        TimeText.Of(loop.Period),
        LoopStatisticsDocument.NameOf(loop.Policy),
        Count(loop.Turns),
        Count(loop.Misses),
        Count(loop.MissesWithCollection),
        Count(loop.Skipped),
        Count(loop.Gaps),
        .. Times(loop.Lateness),
        .. Times(loop.Duration),
        loop.Load is { } load ? load.ToString("0.0 %", CultureInfo.InvariantCulture) : "-",
        Text(loop.Scheduling),
    ];

    private static string Text(SchedulingObtained? scheduling)
    {
        if (scheduling is null)
            return "-";
        var priority = scheduling.Priority > 0 ? $" {Count(scheduling.Priority)}" : "";
        return $"{SchedulingDocument.NameOf(scheduling.Policy)}{priority} on {string.Join(',', scheduling.Cpus)}{(scheduling.Refusals.Count > 0 ? " (refused)" : "")}";
    }

    private static string[] Times(TimeStatistics? times) => times is null
        ? ["-", "-", "-", "-"]
        : [TimeText.Of(times.P50), TimeText.Of(times.P99), TimeText.Of(times.P999), TimeText.Of(times.Max)];

    private static string Count(long number) => number.ToString(CultureInfo.InvariantCulture);
}
