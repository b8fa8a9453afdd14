using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>A received request, as far as its reply needs to know it.</summary>
internal readonly record struct PendingRequest()
{
    public required RequestTopic Topic { get; init; }

    /// <summary>Where the reply goes; null = the default for the request's topic.</summary>
    public string? ReplyTopic { get; init; }

    public string? Id { get; init; }

    /// <summary>MQTT 5 Correlation Data, to be echoed byte for byte.</summary>
    public byte[] Correlation { get; init; } = [];

    public string? Trace { get; init; }

    /// <summary>Monotonic nanoseconds.</summary>
    public required long Received { get; init; }

    public long Deadline { get; init; } = MonotonicTime.Never;
}
