namespace Qmi.Edge.Box;

/// <summary>How much of a CPU threads of real-time priority may take.</summary>
internal sealed class ThrottlingCheck : IMachineCheck
{
    private const string Setting = "kernel.sched_rt_runtime_us";

    public string Subject => "real-time throttling";

    public Finding Examine(MachineFiles files)
    {
        var (runtime, period) = (files.ReadNumber("proc/sys/kernel/sched_rt_runtime_us"), files.ReadNumber("proc/sys/kernel/sched_rt_period_us"));
        return (runtime, period) switch
        {
            (null, _) or (_, null or <= 0) => new(Verdict.Warn, "The kernel does not say how much of a CPU real-time threads may take.", $"Look at: sysctl {Setting}"),
            (-1, _) => new(Verdict.Warn, "Real-time threads may take a whole CPU: one that never waits stops everything else on it.", $"sysctl -w {Setting}=950000"),
            (0, _) => new(Verdict.Fail, "Real-time threads get no CPU at all.", $"sysctl -w {Setting}=950000"),
            _ => new(Verdict.Ok, $"Real-time threads may take {100.0 * runtime.Value / period.Value:0.#} % of a CPU; loops that wait never notice."),
        };
    }
}
