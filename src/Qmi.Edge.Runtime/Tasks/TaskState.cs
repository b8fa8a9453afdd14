namespace Qmi.Edge.Runtime;

/// <summary>Where a task is in its life.</summary>
public enum TaskState
{
    /// <summary>Constructed, not started.</summary>
    Ready,

    /// <summary>Started, and not asked to stop.</summary>
    Running,

    /// <summary>Asked to stop, not ended yet.</summary>
    Stopping,

    /// <summary>Ended normally; <see cref="TaskLife.Reason"/> says why.</summary>
    Stopped,

    /// <summary>Ended by an exception; <see cref="TaskLife.Failure"/> has it.</summary>
    Failed,
}

/// <summary>Why a task stopped.</summary>
public enum StopReason
{
    /// <summary>Its <c>Run</c> returned by itself.</summary>
    Completed,

    /// <summary>It was asked to.</summary>
    Requested,

    /// <summary>It missed a deadline under <see cref="MissedLoopPolicy.Terminate"/>.</summary>
    MissedLoop,

    /// <summary>It was stopped before it was started: <c>Run</c> was never called.</summary>
    StoppedBeforeStart,
}

/// <summary>The part of its life in which a task failed.</summary>
public enum TaskPhase
{
    /// <summary>Its constructor.</summary>
    Init,

    /// <summary><c>LoopPrepare</c>.</summary>
    Prepare,

    /// <summary><c>Run</c>, or a turn of the loop.</summary>
    Iteration,

    /// <summary><c>LoopFinalize</c>.</summary>
    Finalize,
}

/// <summary>How a task failed.</summary>
/// <param name="Exception">What it threw first.</param>
/// <param name="Phase">Where.</param>
/// <param name="At">When, wall clock.</param>
/// <param name="FinalizeException">What <c>LoopFinalize</c> threw after that, or null.</param>
public sealed record TaskFailure(Exception Exception, TaskPhase Phase, DateTimeOffset At, Exception? FinalizeException = null);

/// <summary>A task's life as of one moment.</summary>
public sealed record TaskLife
{
    /// <summary>Where it is.</summary>
    public TaskState State { get; init; } = TaskState.Ready;

    /// <summary>How often it was started.</summary>
    public int Run { get; init; }

    /// <summary>Since when it is in this state, wall clock.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Why it stopped; null unless it is <see cref="TaskState.Stopped"/>.</summary>
    public StopReason? Reason { get; init; }

    /// <summary>How it failed; null unless it is <see cref="TaskState.Failed"/>.</summary>
    public TaskFailure? Failure { get; init; }

    /// <summary>How the kernel schedules its thread; null before it runs, and when its options ask for nothing.</summary>
    public SchedulingObtained? Scheduling { get; init; }

    /// <summary>How often it was restarted by itself since it was made.</summary>
    public int Restarts { get; init; }

    /// <summary>When it will be restarted by itself, wall clock; null = it will not.</summary>
    public DateTimeOffset? RestartAt { get; init; }

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => State is TaskState.Stopped or TaskState.Failed;
}
