namespace Qmi.Edge.Runtime;

/// <summary>Who holds an object's lock. A new one for every grant and renewal, so that readers need no lock to look at it.</summary>
public sealed record LockState
{
    /// <summary>Who holds it.</summary>
    public required Caller Owner { get; init; }

    /// <summary>The number of this grant.</summary>
    public required ulong Fence { get; init; }

    /// <summary>What it is held for.</summary>
    public string? Note { get; init; }

    /// <summary>When it was granted.</summary>
    public required DateTimeOffset GrantedAt { get; init; }

    /// <summary>How long it lasts unless renewed; null = for ever.</summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>Monotonic nanoseconds at which it ends unless renewed.</summary>
    public long ExpiresAt { get; init; } = MonotonicTime.Never;

    internal string Token { get; init; } = "";

    internal bool IsHeldBy(Caller caller, string? token) => token is not null && Owner.Name == caller.Name && LockTokens.AreEqual(Token, token);
}
