namespace Qmi.Edge.Runtime;

/// <summary>A wish to hold an object's lock.</summary>
/// <param name="Caller">Who wants it.</param>
/// <param name="Token">The secret that will prove it.</param>
/// <param name="Lease">How long it lasts unless renewed; null = for ever (in the process).</param>
/// <param name="Note">What for, shown to everybody.</param>
public sealed record LockRequest(Caller Caller, string Token, TimeSpan? Lease = null, string? Note = null);

/// <summary>A lock that was granted.</summary>
/// <param name="Token">The secret.</param>
/// <param name="Fence">Rises with every grant, so that late writers can be refused.</param>
/// <param name="Lease">How long it lasts unless renewed; null = for ever.</param>
public sealed record LockGrant(string Token, ulong Fence, TimeSpan? Lease);

/// <summary>How a lock ended that its owner did not release.</summary>
public sealed record LockEnd
{
    /// <summary>Who held it.</summary>
    public required string Owner { get; init; }

    /// <summary>Its fence.</summary>
    public required ulong Fence { get; init; }

    /// <summary><c>forced</c> or <c>expired</c>.</summary>
    public required string End { get; init; }

    /// <summary>Who forced it; null when it expired.</summary>
    public string? By { get; init; }

    /// <summary>Why; null when it expired.</summary>
    public string? Reason { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    internal string Token { get; init; } = "";
}
