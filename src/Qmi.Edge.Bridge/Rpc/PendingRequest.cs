using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>A received request, as far as its reply needs to know it.</summary>
internal sealed record PendingRequest
{
    public required RequestTopic Topic { get; init; }

    public required string ReplyTopic { get; init; }

    public string? Id { get; init; }

    /// <summary>MQTT 5 Correlation Data, to be echoed byte for byte.</summary>
    public byte[] Correlation { get; init; } = [];

    public string? Trace { get; init; }

    /// <summary>Monotonic nanoseconds.</summary>
    public required long Received { get; init; }

    public long Deadline { get; init; } = MonotonicTime.Never;
}
