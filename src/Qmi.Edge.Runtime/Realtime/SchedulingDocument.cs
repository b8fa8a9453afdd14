using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>What the system granted and what it refused, on the wire.</summary>
public static class SchedulingDocument
{
    private static readonly (SchedulingPolicy Policy, string Name)[] Policies =
    [
        (SchedulingPolicy.Other, "other"), (SchedulingPolicy.Fifo, "fifo"), (SchedulingPolicy.RoundRobin, "rr"),
        (SchedulingPolicy.Batch, "batch"), (SchedulingPolicy.Idle, "idle"), (SchedulingPolicy.Deadline, "deadline"),
    ];

    /// <summary>The name of a policy on the wire.</summary>
    public static string NameOf(SchedulingPolicy policy) => Policies.First(known => known.Policy == policy).Name;

    internal static void Write(Utf8JsonWriter writer, SchedulingObtained scheduling)
    {
        writer.WriteStartObject();
        writer.WriteNumber("thread"u8, scheduling.Thread);
        writer.WriteString("policy"u8, NameOf(scheduling.Policy));
        writer.WriteNumber("priority"u8, scheduling.Priority);
        writer.WriteStartArray("cpus"u8);
        foreach (var cpu in scheduling.Cpus)
            writer.WriteNumberValue(cpu);
        writer.WriteEndArray();
        WriteRefusals(writer, scheduling.Refusals);
        writer.WriteEndObject();
    }

    /// <summary>Writes a member with refusals.</summary>
    internal static void WriteRefusals(Utf8JsonWriter writer, IReadOnlyList<SystemRefusal> refusals)
    {
        writer.WriteStartArray("refused"u8);
        foreach (var refusal in refusals)
        {
            writer.WriteStartObject();
            writer.WriteString("what"u8, refusal.What);
            writer.WriteNumber("errno"u8, refusal.Errno);
            writer.WriteString("message"u8, refusal.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    internal static SchedulingObtained Read(JsonElement document) => new()
    {
        Thread = document.GetProperty("thread").GetInt32(),
        Policy = Policies.First(known => known.Name == document.GetText("policy")).Policy,
        Priority = document.GetProperty("priority").GetInt32(),
        Cpus = [.. document.GetProperty("cpus").EnumerateArray().Select(cpu => cpu.GetInt32())],
        Refusals = [.. document.GetProperty("refused").EnumerateArray().Select(refusal => new SystemRefusal(refusal.GetText("what") ?? "", refusal.GetProperty("errno").GetInt32(), refusal.GetText("message") ?? ""))],
    };
}
