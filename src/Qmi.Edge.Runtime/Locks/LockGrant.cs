namespace Qmi.Edge.Runtime;

/// <summary>A lock that was granted.</summary>
/// <param name="Token">The secret.</param>
/// <param name="Fence">Rises with every grant, so that late writers can be refused.</param>
/// <param name="Lease">How long it lasts unless renewed; null = for ever.</param>
public sealed record LockGrant(string Token, ulong Fence, TimeSpan? Lease)
{
    /// <summary>What is left of the lease; null = it does not end by itself.</summary>
    public TimeSpan? ExpiresIn { get; init; } = Lease;
}
