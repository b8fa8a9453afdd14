namespace Qmi.Edge.Runtime;

/// <summary>How a lock ended.</summary>
public sealed record LockEnd
{
    internal const string Released = "released";
    internal const string Expired = "expired";
    internal const string Forced = "forced";
    internal const string Removed = "removed";

    /// <summary>Who held it.</summary>
    public required string Owner { get; init; }

    /// <summary>Its fence.</summary>
    public required ulong Fence { get; init; }

    /// <summary><c>forced</c>, <c>expired</c>, <c>removed</c> with its object, or <c>released</c>.</summary>
    public required string End { get; init; }

    /// <summary>Who forced it; null when nobody did.</summary>
    public string? By { get; init; }

    /// <summary>Why it was forced; null when it was not.</summary>
    public string? Reason { get; init; }

    /// <summary>When, wall clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What proved it; null after a restart.</summary>
    internal LockSecret? Secret { get; init; }
}
