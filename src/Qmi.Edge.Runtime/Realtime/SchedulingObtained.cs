namespace Qmi.Edge.Runtime;

/// <summary>How the kernel schedules the thread of a task that asked for something, read back from the kernel.</summary>
public sealed record SchedulingObtained
{
    /// <summary>The kernel's number of the thread, as <c>chrt -p</c> and <c>top -H</c> take and show it.</summary>
    public required int Thread { get; init; }

    /// <summary>The policy.</summary>
    public required SchedulingPolicy Policy { get; init; }

    /// <summary>The real-time priority, 1 to 99; 0 for policies that have none.</summary>
    public required int Priority { get; init; }

    /// <summary>The numbers of the CPUs that it may run on, rising.</summary>
    public required IReadOnlyList<int> Cpus { get; init; }

    /// <summary>What was asked for and not granted; empty when all was.</summary>
    public IReadOnlyList<SystemRefusal> Refusals { get; init; } = [];
}
