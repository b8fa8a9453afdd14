namespace Qmi.Edge.Box;

/// <summary>Whether the CPUs change their clock.</summary>
internal sealed class GovernorCheck : IMachineCheck
{
    private const string Cpus = "sys/devices/system/cpu";

    public string Subject => "CPU governor";

    public Finding Examine(MachineFiles files)
    {
        var governors = files.Folders(Cpus, "cpu*")
            .Select(cpu => files.Read($"{Cpus}/{cpu}/cpufreq/scaling_governor"))
            .OfType<string>()
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (governors.Length == 0)
            return new(Verdict.Ok, "The kernel does not change the clock of the CPUs (none, or a virtual machine).");
        if (governors is ["performance"])
            return new(Verdict.Ok, "The CPUs keep their highest clock (performance).");
        return new(Verdict.Warn, $"The CPUs lower their clock when they have little to do ({string.Join(", ", governors)}), and turns take longer then.", "For loops with tight deadlines: cpupower frequency-set -g performance");
    }
}
