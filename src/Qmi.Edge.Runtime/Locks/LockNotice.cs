namespace Qmi.Edge.Runtime;

/// <summary>What the owner of a lock is told without having asked.</summary>
public sealed record LockNotice
{
    /// <summary>Who is told: who holds the lock, or held it until now.</summary>
    public required string Owner { get; init; }

    /// <summary>The fence of that lock.</summary>
    public required ulong Fence { get; init; }

    /// <summary><c>forced</c>, <c>expired</c>, <c>removed</c>: the lock is lost. <c>overridden</c>: it is held, and somebody acted in spite of it.</summary>
    public required string Event { get; init; }

    /// <summary>Who did it; null when nobody did.</summary>
    public string? By { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>When, wall clock.</summary>
    public required DateTimeOffset At { get; init; }

    internal static LockNotice Of(LockEnd end) =>
        new() { Owner = end.Owner, Fence = end.Fence, Event = end.End, By = end.By, Reason = end.Reason, At = end.At };
}
