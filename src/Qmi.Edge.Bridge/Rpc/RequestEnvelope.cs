using System.Text.Json;

namespace Qmi.Edge.Bridge;

/// <summary>A request's payload: the envelope of the contract, or bare positional arguments.</summary>
internal readonly record struct RequestEnvelope
{
    public JsonElement Arguments { get; init; }

    public string? Id { get; init; }

    public string? ReplyTo { get; init; }

    public TimeSpan? Timeout { get; init; }

    public string? LockToken { get; init; }

    public ulong? Fence { get; init; }

    public long? IfRevision { get; init; }

    public string? IfBoot { get; init; }

    public bool WaitAcceptedOnly { get; init; }

    public TimeSpan? ProgressInterval { get; init; }

    public bool DryRun { get; init; }

    public string? Trace { get; init; }
}
