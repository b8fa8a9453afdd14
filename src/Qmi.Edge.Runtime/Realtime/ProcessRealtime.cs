using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>What the process of a box asked of the system for the sake of its loops, and what it got.</summary>
public sealed unsafe partial class ProcessRealtime
{
    internal const string CpuLatencyDevice = "/dev/cpu_dma_latency";

    private readonly List<SystemRefusal> _refusals = [];
    private int _cpuLatency = -1;

    internal ProcessRealtime(RealtimeOptions options, ILogger logger, string cpuLatencyDevice = CpuLatencyDevice)
    {
        Options = options;
        if (OperatingSystem.IsLinux())
            Ask(cpuLatencyDevice);
        else if (options != new RealtimeOptions())
            _refusals.Add(SystemRefusal.NotLinux("memory_lock", "Locked memory and waking CPUs"));
        foreach (var refusal in _refusals)
            LogRefused(logger, refusal.Message);
    }

    /// <summary>What was asked for.</summary>
    public RealtimeOptions Options { get; }

    /// <summary>Whether the memory of the process stays in RAM.</summary>
    public bool IsMemoryLocked { get; private set; }

    /// <summary>Whether the CPUs are kept from sleeping deeply.</summary>
    public bool IsCpuLatencyHeld => _cpuLatency >= 0;

    /// <summary>What was asked for and not granted; empty when all was.</summary>
    public IReadOnlyList<SystemRefusal> Refusals => _refusals;

    /// <summary>Writes it as a JSON object.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteBoolean("memory_locked"u8, IsMemoryLocked);
        writer.WriteBoolean("cpu_latency_held"u8, IsCpuLatencyHeld);
        SchedulingDocument.WriteRefusals(writer, Refusals);
        writer.WriteEndObject();
    }

    /// <summary>Lets the CPUs sleep again.</summary>
    internal void Release()
    {
        if (Interlocked.Exchange(ref _cpuLatency, -1) is >= 0 and var descriptor)
            _ = SchedulerCalls.Close(descriptor);
    }

    private void Ask(string cpuLatencyDevice)
    {
        if (Options.LockMemory)
            LockMemory();
        if (Options.HoldCpuLatency)
            HoldCpuLatency(cpuLatencyDevice);
    }

    private void LockMemory()
    {
        IsMemoryLocked = SchedulerCalls.LockMemory(SchedulerCalls.LockCurrentFutureOnFault) == 0;
        if (!IsMemoryLocked)
            _refusals.Add(SystemRefusal.OfLastCall("memory_lock", "Locking the memory", static _ => "give the process LimitMEMLOCK=infinity in its systemd unit, an unlimited memlock in limits.conf, or CAP_IPC_LOCK."));
    }

    private void HoldCpuLatency(string device)
    {
        var descriptor = SchedulerCalls.Open(device, SchedulerCalls.WriteOnly);
        if (descriptor < 0)
        {
            _refusals.Add(SystemRefusal.OfLastCall("cpu_latency", $"Opening {device}", static errno => errno switch
            {
                SystemRefusal.NoSuchFile => "this kernel or container has none; the CPUs sleep as they like.",
                _ => "let the user of the box write it, with a udev rule: KERNEL==\"cpu_dma_latency\", GROUP=\"…\", MODE=\"0660\".",
            }));
            return;
        }

        var microseconds = 0;
        if (SchedulerCalls.Write(descriptor, &microseconds, sizeof(int)) == sizeof(int))
        {
            // The request holds as long as the file is open.
            _cpuLatency = descriptor;
            return;
        }

        _refusals.Add(SystemRefusal.OfLastCall("cpu_latency", $"Writing {device}", static _ => "the kernel does not take the request."));
        _ = SchedulerCalls.Close(descriptor);
    }

    [LoggerMessage(1902, LogLevel.Warning, "{Refusal}")]
    private static partial void LogRefused(ILogger logger, string refusal);
}
