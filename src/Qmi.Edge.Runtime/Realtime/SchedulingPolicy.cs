namespace Qmi.Edge.Runtime;

/// <summary>How the kernel schedules a thread, numbered as in sched.h.</summary>
public enum SchedulingPolicy
{
    /// <summary>As all threads share the CPUs (SCHED_OTHER).</summary>
    Other = 0,

    /// <summary>Before all others, until it waits (SCHED_FIFO).</summary>
    Fifo = 1,

    /// <summary>As <see cref="Fifo"/>, in turns with those of the same priority (SCHED_RR).</summary>
    RoundRobin = 2,

    /// <summary>Work that nobody waits for (SCHED_BATCH).</summary>
    Batch = 3,

    /// <summary>Only when nobody else wants the CPU (SCHED_IDLE).</summary>
    Idle = 5,

    /// <summary>By deadlines that the kernel knows (SCHED_DEADLINE).</summary>
    Deadline = 6,
}
