namespace Qmi.Edge.Box;

/// <summary>How soon the kernel lets a thread of higher priority run.</summary>
internal sealed class PreemptionCheck : IMachineCheck
{
    private const string Models = "sys/kernel/debug/sched/preempt";

    public string Subject => "preemption";

    public Finding Examine(MachineFiles files)
    {
        var version = files.Read("proc/version") ?? "";
        if (files.Read("sys/kernel/realtime") == "1" || version.Contains("PREEMPT_RT", StringComparison.Ordinal))
            return new(Verdict.Ok, "The kernel is a real-time kernel (PREEMPT_RT).");
        if (version.Contains("PREEMPT_DYNAMIC", StringComparison.Ordinal))
            return ExamineDynamic(files);
        if (version.Contains(" PREEMPT ", StringComparison.Ordinal))
            return new(Verdict.Ok, "The kernel can be preempted (PREEMPT); a real-time kernel (linux-image-rt) has shorter worst cases.");
        return new(Verdict.Warn, "The kernel gives way between its own calls only (no PREEMPT).", "For periods of a few milliseconds and less, install a kernel with PREEMPT_DYNAMIC or PREEMPT_RT (Debian: linux-image-rt).");
    }

    private static Finding ExamineDynamic(MachineFiles files)
    {
        const string Fix = "For the shortest worst cases boot with preempt=full, or install a real-time kernel (Debian: linux-image-rt).";
        // The model in force is in brackets.
        var model = files.Read(Models)?.Split(' ').FirstOrDefault(word => word.StartsWith('('))?.Trim('(', ')');
        return model switch
        {
            "full" => new(Verdict.Ok, "The kernel can be preempted (PREEMPT_DYNAMIC, full)."),
            null when files.Read("proc/cmdline")?.Contains("preempt=full", StringComparison.Ordinal) == true => new(Verdict.Ok, "The kernel can be preempted (PREEMPT_DYNAMIC, booted with preempt=full)."),
            null => new(Verdict.Warn, "The kernel can be preempted (PREEMPT_DYNAMIC), but its model cannot be seen: only root may look, and only where debugfs is mounted.", Fix),
            _ => new(Verdict.Warn, $"The kernel can be preempted (PREEMPT_DYNAMIC), but its model is {model}.", Fix),
        };
    }
}
