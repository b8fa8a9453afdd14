namespace Qmi.Edge.Runtime;

/// <summary>What a loop task does when a turn ends at or after its deadline (QMI: QMI_LoopTaskMissedLoopPolicy).</summary>
public enum MissedLoopPolicy
{
    /// <summary>The next turn starts at once and the grid starts anew from there (QMI: IMMEDIATE).</summary>
    Immediate,

    /// <summary>The next turn starts at the next due slot of the old grid (QMI: SKIP, as its documentation has it).</summary>
    Skip,

    /// <summary>The loop ends (QMI: TERMINATE).</summary>
    Terminate,

    /// <summary>Missed turns run back to back on the old grid, at most <see cref="LoopSchedule.MaxBurst"/>, then the loop jumps to the grid.</summary>
    CatchUp,
}
