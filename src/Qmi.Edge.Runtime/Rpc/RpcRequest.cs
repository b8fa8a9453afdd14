using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>A call that came as JSON, after the border has authenticated the caller and read the envelope.</summary>
public sealed record RpcRequest
{
    /// <summary>Who calls.</summary>
    public required Caller Caller { get; init; }

    /// <summary>Name of the method on the wire.</summary>
    public required string Method { get; init; }

    /// <summary>The verb under which it came.</summary>
    public required RpcAccess Verb { get; init; }

    /// <summary>The caller's id of the request, for audit.</summary>
    public string? Id { get; init; }

    /// <summary>An object (by name), an array (by position) or undefined (none).</summary>
    public JsonElement Arguments { get; init; }

    /// <summary>Monotonic nanoseconds after which the call must not begin.</summary>
    public long Deadline { get; init; } = MonotonicTime.Never;

    /// <summary>The token of the lock that the caller holds.</summary>
    public string? LockToken { get; init; }

    /// <summary>Answer as soon as the work is accepted, where a method makes that difference.</summary>
    public bool WaitAcceptedOnly { get; init; }

    /// <summary>Check everything, do nothing.</summary>
    public bool DryRun { get; init; }
}

/// <summary>The one answer to an <see cref="RpcRequest"/>.</summary>
/// <param name="Error">What went wrong, or null.</param>
/// <param name="Result">The result as JSON when nothing went wrong.</param>
public readonly record struct RpcReply(QmiException? Error, ReadOnlyMemory<byte> Result);
