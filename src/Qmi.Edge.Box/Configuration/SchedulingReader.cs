using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Reads when and how threads are to run: loops, priorities, CPUs, and what the process asks of the system.</summary>
internal static class SchedulingReader
{
    public static RealtimeOptions ReadBox(JsonElement realtime) => new()
    {
        LockMemory = realtime.IsTrue("lock_memory"),
        HoldCpuLatency = realtime.IsTrue("hold_cpu_latency"),
    };

    public static TaskOptions ReadTask(JsonElement task, string path, Mistakes mistakes)
    {
        // What is wrong has been told, and what it says cannot be used.
        if (((string[])["/loop", "/priority", "/cpus"]).Any(part => mistakes.AreAt(path + part)))
            return new TaskOptions();
        var loop = task.FindObject("loop") ?? default;
        return new TaskOptions
        {
            Period = loop.Find("period_ms", JsonValueKind.Number) is { } period ? TimeSpan.FromMilliseconds(period.GetDouble()) : null,
            Policy = loop.FindText("policy") is { } policy ? (MissedLoopPolicy)Array.IndexOf(ConfigurationSchema.Policies, policy) : null,
            Spin = loop.Find("spin_us", JsonValueKind.Number) is { } spin ? TimeSpan.FromMicroseconds(spin.GetDouble()) : TimeSpan.Zero,
            Priority = task.Find("priority", JsonValueKind.Number)?.GetInt32(),
            Cpus = task.Find("cpus", JsonValueKind.Array) is { } cpus ? [.. cpus.EnumerateArray().Select(cpu => cpu.GetInt32())] : null,
        };
    }
}
