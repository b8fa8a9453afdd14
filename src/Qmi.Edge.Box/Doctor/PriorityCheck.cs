namespace Qmi.Edge.Box;

/// <summary>Whether a task may have a real-time priority.</summary>
internal sealed class PriorityCheck : IMachineCheck
{
    private const int Highest = 99;

    public string Subject => "real-time priority";

    public Finding Examine(MachineFiles files)
    {
        if (ProcessLimits.HasCapability(files, ProcessLimits.SetPriority))
            return new(Verdict.Ok, "This user may give any real-time priority (CAP_SYS_NICE).");
        const string Fix = "Write LimitRTPRIO=99 into the box's systemd unit; for a login, a line \"@realtime - rtprio 99\" into /etc/security/limits.d/realtime.conf.";
        return ProcessLimits.Find(files, "Max realtime priority") switch
        {
            >= Highest => new(Verdict.Ok, "This user may give any real-time priority."),
            null => new(Verdict.Warn, "The kernel does not say which real-time priorities this user may give.", Fix),
            0 => new(Verdict.Fail, "This user may give no real-time priority.", Fix),
            var limit => new(Verdict.Warn, $"This user may give real-time priorities up to {limit}.", Fix),
        };
    }
}
