namespace Qmi.Edge.Runtime;

/// <summary>What the process of a box asks of the system for the sake of its loops; nothing by default.</summary>
public sealed record RealtimeOptions
{
    /// <summary>Whether the memory of the process stays in RAM, each page from when it is first touched (mlockall with MCL_ONFAULT). It holds for the life of the process.</summary>
    public bool LockMemory { get; init; }

    /// <summary>Whether idle CPUs are kept from sleeping deeply, for the whole machine, while the box lives (/dev/cpu_dma_latency at 0). It costs power and heat.</summary>
    public bool HoldCpuLatency { get; init; }
}
