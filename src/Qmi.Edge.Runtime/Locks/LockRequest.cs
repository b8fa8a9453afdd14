namespace Qmi.Edge.Runtime;

/// <summary>A wish to hold an object's lock.</summary>
/// <param name="Caller">Who wants it.</param>
/// <param name="Token">The secret that will prove it.</param>
/// <param name="Lease">How long it lasts unless renewed; null = for ever (in the process).</param>
/// <param name="Note">What for, shown to everybody.</param>
public sealed record LockRequest(Caller Caller, string Token, TimeSpan? Lease = null, string? Note = null)
{
    /// <summary>Whether the lease is shortened when the caller's presence is lost.</summary>
    public bool Bind { get; init; }

    /// <summary>A token of the lock of the whole box: who holds that may lock each of its objects.</summary>
    public string? BoxToken { get; init; }

    /// <summary>Monotonic nanoseconds after which nobody waits for the grant any more, so that it must not be made.</summary>
    public long Deadline { get; init; } = MonotonicTime.Never;
}
