using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>A call that came as JSON, after the border has authenticated the caller and read the envelope.</summary>
public sealed record RpcRequest
{
    /// <summary>Who calls.</summary>
    public required Caller Caller { get; init; }

    /// <summary>Name of the object; <c>_box</c> is the box itself.</summary>
    public string Target { get; init; } = "";

    /// <summary>Name of the method on the wire.</summary>
    public required string Method { get; init; }

    /// <summary>The verb under which it came.</summary>
    public required RpcAccess Verb { get; init; }

    /// <summary>The caller's id of the request; null = it has none, and the box makes one.</summary>
    public string? Id { get; init; }

    /// <summary>An object (by name), an array (by position) or undefined (none).</summary>
    public JsonElement Arguments { get; init; }

    /// <summary>Monotonic nanoseconds after which the call must not begin.</summary>
    public long Deadline { get; init; } = MonotonicTime.Never;

    /// <summary>The token of the lock that the caller holds.</summary>
    public string? LockToken { get; init; }

    /// <summary>The fence of the lock that the caller believes to be in force; null = it does not say.</summary>
    public ulong? Fence { get; init; }

    /// <summary>The settings revision that the caller believes to be the newest; null = it does not say.</summary>
    public long? IfRevision { get; init; }

    /// <summary>The boot of the box that the caller means; null = any.</summary>
    public string? IfBoot { get; init; }

    /// <summary>Answer as soon as the work is accepted.</summary>
    public bool WaitAcceptedOnly { get; init; }

    /// <summary>How often the caller wants to hear that the call goes on; null = not at all.</summary>
    public TimeSpan? ProgressInterval { get; init; }

    /// <summary>Check everything, do nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>W3C trace context, for logs.</summary>
    public string? Trace { get; init; }

    /// <summary>Where the answer goes, in the border's own words; kept with the request through a restart.</summary>
    public ReadOnlyMemory<byte> Address { get; init; }

    /// <summary>Completes when the request is on the disk: what must not happen twice must not begin before.</summary>
    internal Task Accepted { get; init; } = Task.CompletedTask;

    /// <summary>The request's place in the journal; null when it has none.</summary>
    internal JournalEntry? Entry { get; init; }
}

/// <summary>An answer to an <see cref="RpcRequest"/>: the one final one, or a sign that it goes on.</summary>
/// <param name="Error">What went wrong, or null.</param>
/// <param name="Result">The result as JSON when nothing went wrong.</param>
public readonly record struct RpcReply(QmiException? Error, ReadOnlyMemory<byte> Result)
{
    /// <summary>Whether it is the answer to a copy of a request that was answered before.</summary>
    public bool Replayed { get; init; }

    /// <summary>Whether more answers follow.</summary>
    public bool IsInterim { get; init; }

    /// <summary>The id of the request: the caller's, or the one that the box made; null when it has none.</summary>
    public string? Id { get; init; }

    /// <summary>Whether the method was begun and goes on, although this answers it.</summary>
    internal bool IsStillRunning { get; init; }
}
