using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>A received request, as far as its reply needs to know it.</summary>
internal readonly record struct PendingRequest()
{
    public required RequestTopic Topic { get; init; }

    /// <summary>Where the reply goes; null = the default for the request's topic.</summary>
    public string? ReplyTopic { get; init; }

    /// <summary>The caller's id; the reply to a request without one has the id that the box made, if it made one.</summary>
    public string? Id { get; init; }

    /// <summary>MQTT 5 Correlation Data, to be echoed byte for byte.</summary>
    public byte[] Correlation { get; init; } = [];

    public string? Trace { get; init; }

    /// <summary>Monotonic nanoseconds.</summary>
    public required long Received { get; init; }

    public long Deadline { get; init; } = MonotonicTime.Never;

    /// <summary>Whether the box remembers the request: then it wants to know when the broker has the reply.</summary>
    public bool IsJournalled => Topic.Verb != RpcAccess.Read;

    /// <summary>What is kept with the request through a restart of the box.</summary>
    public byte[] ToAddress()
    {
        using var buffer = JsonBuffer.Rent();
        var writer = buffer.Writer;
        writer.WriteStartObject();
        writer.WriteString("verb"u8, RpcVerb.NameOf(Topic.Verb));
        if (ReplyTopic is { } topic)
            writer.WriteString("reply_to"u8, topic);
        if (Correlation.Length > 0)
            writer.WriteBase64String("correlation"u8, Correlation);
        if (Trace is { } trace)
            writer.WriteString("trace"u8, trace);
        writer.WriteEndObject();
        return buffer.Written.ToArray();
    }

    /// <summary>The request of a reply that the last run of the box owes.</summary>
    public static PendingRequest Of(OwedReply owed, long now)
    {
        using var document = JsonDocument.Parse(owed.Address);
        var address = document.RootElement;
        var verb = address.GetProperty("verb"u8).ValueEquals("admin"u8) ? RpcAccess.Admin : RpcAccess.Control;
        return new PendingRequest
        {
            Topic = new RequestTopic(verb, owed.Key.Caller, owed.Target, owed.Method, IsWhole: true),
            ReplyTopic = address.TryGetProperty("reply_to"u8, out var topic) ? topic.GetString() : null,
            Id = owed.Key.Id,
            Correlation = address.TryGetProperty("correlation"u8, out var correlation) ? correlation.GetBytesFromBase64() : [],
            Trace = address.TryGetProperty("trace"u8, out var trace) ? trace.GetString() : null,
            Received = now,
        };
    }
}
