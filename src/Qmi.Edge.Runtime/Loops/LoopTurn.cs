namespace Qmi.Edge.Runtime;

/// <summary>A turn that has ended.</summary>
internal readonly struct LoopTurn
{
    /// <summary>How long after its slot was due it began.</summary>
    public required TimeSpan Lateness { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The period at that time.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>What the loop does after it.</summary>
    public required LoopStep Step { get; init; }

    /// <summary>Slots that were skipped after it.</summary>
    public required long Skipped { get; init; }

    /// <summary>Whether the next turn catches up.</summary>
    public required bool CatchesUp { get; init; }

    /// <summary>Which miss in a row it is; 0 = it is none.</summary>
    public required long Consecutive { get; init; }

    /// <summary>Whether the garbage collector has paused the process since the turn before.</summary>
    public required bool HadCollection { get; init; }

    /// <summary>For a miss: how long after the deadline it ended.</summary>
    public required TimeSpan Overrun { get; init; }

    /// <summary>For a miss: when it ended, wall clock.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Whether its deadline was missed.</summary>
    public bool IsMiss => Consecutive > 0;
}
