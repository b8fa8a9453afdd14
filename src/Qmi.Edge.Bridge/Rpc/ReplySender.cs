using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Sends replies. One that the connection does not take waits, within its budget, until it does.</summary>
internal sealed partial class ReplySender(EdgeBox box, Topics topics, IMqttConnection connection, BridgeOptions options, ILogger logger)
{
    // A reply is at most 4 times the payload limit; this many wait while the broker is away.
    private const int MostUnsent = 4096;

    private static readonly byte[] SuccessProperties = MqttUserProperties.Encode(("qmi-code", "OK"), ("qmi-status", "200"), ("qmi-final", "true"), ("qmi-executed", "yes"));

    private readonly ConcurrentQueue<Unsent> _unsent = new();
    private long _sequence;
    private long _dropped;

    /// <summary>Sends the one reply to a request.</summary>
    public void Send(in PendingRequest request, RpcReply reply)
    {
        if (reply.Error is null && reply.Result.Length > options.PayloadLimit)
            reply = new RpcReply(TooLarge(reply.Result.Length), default);
        using var buffer = JsonBuffer.Rent();
        ReplyWriter.Write(buffer.Writer, box, request, reply, Interlocked.Increment(ref _sequence));
        var properties = reply.Error is { } error ? ErrorProperties(error) : SuccessProperties;
        var topic = Encoding.UTF8.GetBytes(request.ReplyTopic ?? topics.Reply(request.Topic.Caller, $"{request.Topic.Target}/{request.Topic.Method}"));
        if (!_unsent.IsEmpty || !TrySend(topic, buffer.Written.Span, request.Correlation, properties, request.Deadline))
            Keep(new Unsent(topic, buffer.Written.ToArray(), request.Correlation, properties, request.Deadline));
    }

    /// <summary>Sends what waits; false when there is still something left.</summary>
    public bool Flush()
    {
        while (_unsent.TryPeek(out var reply))
        {
            if (box.TimeProvider.GetNanoseconds() < reply.Deadline && !TrySend(reply.Topic, reply.Payload, reply.Correlation, reply.Properties, reply.Deadline))
                return false;
            _unsent.TryDequeue(out _);
        }

        return true;
    }

    private static byte[] ErrorProperties(QmiException error) => MqttUserProperties.Encode(
        ("qmi-code", error.Code.GetWireName()),
        ("qmi-status", error.Code.GetStatus().ToString(CultureInfo.InvariantCulture)),
        ("qmi-final", "true"),
        ("qmi-executed", ReplyWriter.NameOf(error.Executed)));

    private void Keep(Unsent reply)
    {
        if (_unsent.Count < MostUnsent)
            _unsent.Enqueue(reply);
        else
            LogDropped(logger, Encoding.UTF8.GetString(reply.Topic), Interlocked.Increment(ref _dropped));
    }

    private bool TrySend(byte[] topic, ReadOnlySpan<byte> payload, byte[] correlation, byte[] properties, long deadline) =>
        connection.TryPublish(new MqttPublication
        {
            Topic = topic,
            Payload = payload,
            Qos = MqttQos.AtLeastOnce,
            PayloadIsUtf8 = true,
            ContentType = ContentTypes.Json,
            CorrelationData = correlation,
            MessageExpiry = Expiry(deadline),
            UserProperties = new MqttUserProperties(properties),
        });

    // What is left of the budget, rounded up; a reply to a request that took all of it still gets a second to arrive.
    private uint? Expiry(long deadline) =>
        deadline == MonotonicTime.Never ? null : (uint)Math.Max(1, Math.Ceiling(box.TimeProvider.GetRemaining(deadline).TotalSeconds));

    private QmiException TooLarge(int length) =>
        new(ErrorCode.ResultTooLarge, $"The result has {length} bytes, the most that is sent is {options.PayloadLimit}. The call was carried out.")
        {
            Details = new Dictionary<string, object?> { ["bytes"] = length, ["limit"] = options.PayloadLimit },
        };

    [LoggerMessage(2102, LogLevel.Error, "The reply to {Topic} is lost, {Dropped} so far: too many wait for a broker that is away")]
    private static partial void LogDropped(ILogger logger, string topic, long dropped);

    private sealed record Unsent(byte[] Topic, byte[] Payload, byte[] Correlation, byte[] Properties, long Deadline);
}
