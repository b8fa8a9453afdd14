namespace Qmi.Edge.Runtime;

/// <summary>What happened to a lock: how it ended, or that somebody acted in spite of it. Its owner is told when it was not its own doing.</summary>
public sealed record LockEvent
{
    internal const string Released = "released";
    internal const string Expired = "expired";
    internal const string Forced = "forced";
    internal const string Removed = "removed";
    internal const string Overridden = "overridden";

    /// <summary>Who holds the lock, or held it until now.</summary>
    public required string Owner { get; init; }

    /// <summary>Its fence.</summary>
    public required ulong Fence { get; init; }

    /// <summary>
    /// <c>released</c>, <c>forced</c>, <c>expired</c>, or <c>removed</c> with its object: the lock has ended. <c>overridden</c>: it is held, and
    /// somebody acted in spite of it.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>Who did it; null when nobody did.</summary>
    public string? By { get; init; }

    /// <summary>Why; null when nobody said.</summary>
    public string? Reason { get; init; }

    /// <summary>When, wall clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What proved the lock; null after a restart.</summary>
    internal LockSecret? Secret { get; init; }
}
