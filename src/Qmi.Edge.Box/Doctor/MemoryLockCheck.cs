namespace Qmi.Edge.Box;

/// <summary>Whether a box may lock its memory.</summary>
internal sealed class MemoryLockCheck : IMachineCheck
{
    public string Subject => "memory lock";

    public Finding Examine(MachineFiles files)
    {
        if (ProcessLimits.HasCapability(files, ProcessLimits.LockMemory))
            return new(Verdict.Ok, "This user may lock memory (CAP_IPC_LOCK).");
        return ProcessLimits.Find(files, "Max locked memory") switch
        {
            ulong.MaxValue => new(Verdict.Ok, "This user may lock memory."),
            var limit => new(
                Verdict.Fail,
                limit is { } bytes ? $"This user may lock {bytes / 1024} KiB of memory, and a box needs no limit: the system counts what its runtime reserves." : "The kernel does not say how much memory this user may lock.",
                "Write LimitMEMLOCK=infinity into the box's systemd unit; for a login, a line \"@realtime - memlock unlimited\" into /etc/security/limits.d/realtime.conf."),
        };
    }
}
