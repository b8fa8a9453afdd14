namespace Qmi.Edge.Runtime;

/// <summary>Asks the kernel for what a task's options say, for the calling thread alone.</summary>
internal static unsafe class ThreadScheduling
{
    /// <summary>Longest spin before a slot.</summary>
    public static readonly TimeSpan LongestSpin = TimeSpan.FromMicroseconds(200);

    private const int HighestPriority = 99;

    /// <summary>Throws when no thread can be scheduled as the options say.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/>.</exception>
    public static void ThrowIfInvalid(TaskOptions options)
    {
        if (options.Priority is < 1 or > HighestPriority)
            throw new QmiException(ErrorCode.BadArgs, $"A priority of {options.Priority} is impossible: real-time priorities are 1 to {HighestPriority}; leave it out for a thread like any other.");
        if (options.Cpus is { Count: 0 })
            throw new QmiException(ErrorCode.BadArgs, "A task needs at least one CPU: name some, or leave them out for all.");
        foreach (var cpu in options.Cpus ?? [])
        {
            if (cpu is < 0 or >= CpuSet.Size)
                throw new QmiException(ErrorCode.BadArgs, $"There is no CPU {cpu}: CPUs are numbered from 0 to {CpuSet.Size - 1}.");
        }

        if (options.Spin < TimeSpan.Zero || options.Spin > LongestSpin)
            throw new QmiException(ErrorCode.BadArgs, $"A spin of {options.Spin.TotalMicroseconds} us is impossible: it can be 0 to {LongestSpin.TotalMicroseconds} us.");
    }

    /// <summary>Asks, and reads back what there is now; null when nothing was asked for.</summary>
    public static SchedulingObtained? Obtain(TaskOptions options)
    {
        var isAsked = options.Cpus is not null || options.Priority is not null;
        if (!OperatingSystem.IsLinux())
            return isAsked ? NotLinux() : null;
        var refusals = new List<SystemRefusal>();
        // The kernel would let the wake-ups of a thread like any other be 50 us late, to put some together.
        if (SchedulerCalls.ControlProcess(SchedulerCalls.SetTimerSlack, 1) != 0)
            refusals.Add(SystemRefusal.OfLastCall("timer_slack", "A timer slack of 1 ns", static _ => "a sandbox may forbid the call."));
        if (options.Cpus is { } cpus)
            AskForCpus(cpus, refusals);
        if (options.Priority is { } priority)
            AskForPriority(priority, refusals);
        return isAsked || refusals.Count > 0 ? Read(refusals) : null;
    }

    private static void AskForPriority(int priority, List<SystemRefusal> refusals)
    {
        var parameters = priority;
        if (SchedulerCalls.SetScheduler(0, (int)SchedulingPolicy.Fifo | SchedulerCalls.ResetOnFork, &parameters) == 0)
            return;
        refusals.Add(SystemRefusal.OfLastCall("priority", $"Real-time priority {priority}", errno => errno == SystemRefusal.NotPermitted && LimitOf(SchedulerCalls.PriorityLimit) is var limit && limit < (ulong)priority
            ? $"this process may have {limit} at most. Give it LimitRTPRIO={priority} in its systemd unit, an rtprio of {priority} in limits.conf, or CAP_SYS_NICE."
            : "the limit would allow it, so its control group may have no real-time budget (cpu.rt_runtime_us), or a sandbox forbids the call (RestrictRealtime=)."));
    }

    private static void AskForCpus(IReadOnlyList<int> cpus, List<SystemRefusal> refusals)
    {
        var wanted = default(CpuSet);
        foreach (var cpu in cpus)
            wanted.Add(cpu);
        var subject = $"CPU {string.Join(", ", cpus)}";
        var isSet = SchedulerCalls.SetAffinity(0, (nuint)sizeof(CpuSet), &wanted) == 0;
        if (!isSet)
            refusals.Add(SystemRefusal.OfLastCall("cpus", subject, _ => $"the thread stays on {string.Join(", ", ReadCpus())}. Name CPUs that this machine has and that the unit allows (CPUAffinity=, AllowedCPUs=)."));
        else if (ReadCpus() is var obtained && cpus.Except(obtained).ToArray() is { Length: > 0 } missing)
            refusals.Add(new SystemRefusal("cpus", 0, $"{subject} was granted in part: {string.Join(", ", missing)} is not in this machine or not allowed by the unit (CPUAffinity=, AllowedCPUs=), and the thread is on {string.Join(", ", obtained)}."));
    }

    private static SchedulingObtained Read(List<SystemRefusal> refusals)
    {
        var priority = 0;
        _ = SchedulerCalls.GetParameters(0, &priority);
        return new SchedulingObtained
        {
            Thread = SchedulerCalls.GetThreadId(),
            Policy = (SchedulingPolicy)(SchedulerCalls.GetScheduler(0) & ~SchedulerCalls.ResetOnFork),
            Priority = priority,
            Cpus = ReadCpus(),
            Refusals = refusals,
        };
    }

    private static SchedulingObtained NotLinux() => new()
    {
        Thread = 0,
        Policy = SchedulingPolicy.Other,
        Priority = 0,
        Cpus = [],
        Refusals = [SystemRefusal.NotLinux("priority", "A priority or CPUs of its own")],
    };

    private static int[] ReadCpus()
    {
        var cpus = default(CpuSet);
        _ = SchedulerCalls.GetAffinity(0, (nuint)sizeof(CpuSet), &cpus);
        return cpus.Numbers;
    }

    private static ulong LimitOf(int resource)
    {
        var limit = default(ResourceLimit);
        _ = SchedulerCalls.GetLimit(resource, &limit);
        return limit.Now;
    }
}
