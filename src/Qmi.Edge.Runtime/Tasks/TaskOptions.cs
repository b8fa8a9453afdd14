using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>How a task is to be run; everything has a default.</summary>
public record TaskOptions
{
    /// <summary>The period of a loop task; null = what its constructor says. At least 100 microseconds.</summary>
    public TimeSpan? Period { get; init; }

    /// <summary>What a loop task does about missed deadlines; null = what its constructor says.</summary>
    public MissedLoopPolicy? Policy { get; init; }

    /// <summary>How long <c>LoopFinalize</c> may sleep and wait after a stop; default 5 s.</summary>
    public TimeSpan FinalizeGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Real-time priority of the task's own thread, 1 to 99 (SCHED_FIFO), from <c>LoopPrepare</c> or <c>Run</c> on; null = it shares the CPUs as all do.
    /// What the system refuses is in the log and in <see cref="TaskLife.Scheduling"/>, and the task runs without. Threads that it starts do not inherit it.
    /// </summary>
    public int? Priority { get; init; }

    /// <summary>Numbers, 0 to 1023, of the CPUs that the task's own thread may run on; null = all.</summary>
    public IReadOnlyList<int>? Cpus { get; init; }

    /// <summary>
    /// How long before each slot a loop stops sleeping and watches the clock, so that it is not late by the time that waking takes; 0 to 200 microseconds,
    /// default 0, and never more than half a period. It takes that share of a CPU: 60 us at 1 kHz are 6 %. A stop request ends it at once.
    /// </summary>
    public TimeSpan Spin { get; init; }

    /// <summary>What is done when it fails.</summary>
    public SupervisionOptions Supervision { get; init; } = new();

    /// <summary>When it counts as hung, and what is done then.</summary>
    public TaskHealthOptions Health { get; init; } = new();

    internal virtual object? InitialSettings => null;

    /// <summary>The part of the settings that a configuration names; undefined when the settings came from a program.</summary>
    internal virtual JsonElement GivenSettings => default;
}

/// <summary>As <see cref="TaskOptions"/>, with the settings that the task begins with.</summary>
public sealed record TaskOptions<TSettings> : TaskOptions
{
    /// <summary>The defaults.</summary>
    public TaskOptions()
    {
    }

    /// <summary>Options of a task whose settings were not known, and are added now.</summary>
    public TaskOptions(TaskOptions options)
        : base(options)
    {
    }

    /// <summary>
    /// The settings that the task begins with; null = the record's defaults. In a box that remembers they count the first time; later what was
    /// in effect last comes back, and what is different here than it was the last time is laid over it.
    /// </summary>
    public TSettings? Settings { get; init; }

    internal JsonElement Given { get; init; }

    internal override object? InitialSettings => Settings;

    internal override JsonElement GivenSettings => Given;
}
