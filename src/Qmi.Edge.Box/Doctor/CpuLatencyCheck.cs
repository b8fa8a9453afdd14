namespace Qmi.Edge.Box;

/// <summary>Whether a box may keep idle CPUs from sleeping deeply.</summary>
internal sealed class CpuLatencyCheck : IMachineCheck
{
    private const string Device = "dev/cpu_dma_latency";

    public string Subject => "CPU latency";

    public Finding Examine(MachineFiles files)
    {
        if (!files.Exists(Device))
            return new(Verdict.Warn, $"There is no /{Device}: a box cannot keep idle CPUs from sleeping deeply.", "In a container, pass the device in; where the kernel has none, nothing can be done.");
        if (files.IsWritable(Device))
            return new(Verdict.Ok, "A box may keep idle CPUs from sleeping deeply.");
        return new(Verdict.Warn, $"This user may not write /{Device}: a box cannot keep idle CPUs from sleeping deeply.", "A udev rule: KERNEL==\"cpu_dma_latency\", GROUP=\"realtime\", MODE=\"0660\"");
    }
}
