using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Sends replies and keeps each until the broker has it: one that the connection does not take, or that was under way when the connection
/// broke, is sent again within its budget, in the order in which they were given.
/// </summary>
internal sealed partial class ReplySender(EdgeBox box, Topics topics, IMqttConnection connection, ILogger logger)
{
    /// <summary>The tokens of replies begin here, so that they can be told from those of other publications.</summary>
    public const long FirstToken = 1L << 62;

    // So many wait while the broker is away; a reply is 256 KiB at most, and most have 300 bytes.
    private const int MostKept = 4096;

    private static readonly byte[] SuccessProperties = MqttUserProperties.Encode(("qmi-code", "OK"), ("qmi-status", "200"), ("qmi-final", "true"), ("qmi-executed", "yes"));
    private static readonly byte[] InterimProperties = MqttUserProperties.Encode(("qmi-code", "OK"), ("qmi-status", "202"), ("qmi-final", "false"), ("qmi-executed", "unknown"));

    private readonly Lock _gate = new();
    private readonly Queue<KeptReply> _unsent = new();
    private readonly ConcurrentDictionary<long, KeptReply> _underWay = new();
    private long _sequence;
    private long _token = FirstToken;
    private long _dropped;

    /// <summary>How many replies the broker does not have yet.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _unsent.Count + _underWay.Count;
        }
    }

    /// <summary>How many were given up because too many waited.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Sends a reply to a request.</summary>
    public void Send(in PendingRequest request, RpcReply reply)
    {
        using var buffer = JsonBuffer.Rent();
        ReplyWriter.Write(buffer.Writer, box, request, reply, Interlocked.Increment(ref _sequence));
        var topic = Encoding.UTF8.GetBytes(request.ReplyTopic ?? topics.Reply(request.Topic.Caller, $"{request.Topic.Target}/{request.Topic.Method}"));
        if (reply.IsInterim)
        {
            // The next sign of life makes up for one that is lost.
            TryPublish(new KeptReply(topic, buffer.Written.ToArray(), request.Correlation, InterimProperties, request.Deadline, null), MqttQos.AtMostOnce, 0);
            return;
        }

        var key = request.IsJournalled && (reply.Id ?? request.Id) is { } id ? new RequestKey(request.Topic.Caller, id) : (RequestKey?)null;
        Send(new KeptReply(topic, buffer.Written.ToArray(), request.Correlation, reply.Error is { } error ? ErrorProperties(error) : SuccessProperties, request.Deadline, key));
    }

    /// <summary>Sends what the last run of the box owes.</summary>
    public void SendOwed()
    {
        foreach (var owed in box.Requests.Owed)
            Send(PendingRequest.Of(owed, box.TimeProvider.GetNanoseconds()), owed.Reply);
    }

    /// <summary>Sends what waits; false when there is still something left.</summary>
    public bool Flush()
    {
        lock (_gate)
        {
            while (_unsent.TryPeek(out var reply))
            {
                if (box.TimeProvider.GetNanoseconds() < reply.Deadline && !TrySend(reply))
                    return false;
                _unsent.Dequeue();
            }

            return true;
        }
    }

    /// <summary>The broker's word on a reply, or that it cannot be known.</summary>
    public void OnAcknowledged(long token, MqttReason reason)
    {
        if (!_underWay.TryRemove(token, out var reply))
            return;
        if (reason is MqttReason.ConnectionLost or MqttReason.Stopped)
        {
            lock (_gate)
                Keep(reply);
        }
        else
        {
            // Refused or not, it will not become better by being sent again.
            if (reason >= MqttReason.UnspecifiedError)
                LogRefused(logger, Encoding.UTF8.GetString(reply.Topic), reason);
            if (reply.Key is { } key)
                box.Requests.NoteSent(key);
        }
    }

    private static byte[] ErrorProperties(QmiException error) => MqttUserProperties.Encode(
        ("qmi-code", error.Code.GetWireName()),
        ("qmi-status", error.Code.GetStatus().ToString(CultureInfo.InvariantCulture)),
        ("qmi-final", "true"),
        ("qmi-executed", ErrorDocument.NameOf(error.Executed)));

    private void Send(KeptReply reply)
    {
        lock (_gate)
        {
            if (_unsent.Count > 0 || !TrySend(reply))
                Keep(reply);
        }
    }

    private void Keep(KeptReply reply)
    {
        if (_unsent.Count < MostKept)
            _unsent.Enqueue(reply);
        else
            LogDropped(logger, Encoding.UTF8.GetString(reply.Topic), Interlocked.Increment(ref _dropped));
    }

    private bool TrySend(KeptReply reply)
    {
        var token = Interlocked.Increment(ref _token);
        // Before it is published: the answer may come from another thread before this one goes on.
        _underWay[token] = reply;
        if (TryPublish(reply, MqttQos.AtLeastOnce, token))
            return true;
        _underWay.TryRemove(token, out _);
        return false;
    }

    private bool TryPublish(KeptReply reply, MqttQos qos, long token) =>
        connection.TryPublish(new MqttPublication
        {
            Topic = reply.Topic,
            Payload = reply.Payload,
            Qos = qos,
            Token = token,
            PayloadIsUtf8 = true,
            ContentType = ContentTypes.Json,
            CorrelationData = reply.Correlation,
            MessageExpiry = Expiry(reply.Deadline),
            UserProperties = new MqttUserProperties(reply.Properties),
        });

    // What is left of the budget, rounded up; a reply to a request that took all of it still gets a second to arrive.
    private uint? Expiry(long deadline) =>
        deadline == MonotonicTime.Never ? null : (uint)Math.Max(1, Math.Ceiling(box.TimeProvider.GetRemaining(deadline).TotalSeconds));

    [LoggerMessage(2102, LogLevel.Error, "The reply to {Topic} is lost, {Dropped} so far: too many wait for a broker that is away")]
    private static partial void LogDropped(ILogger logger, string topic, long dropped);

    [LoggerMessage(2103, LogLevel.Warning, "The broker refused the reply to {Topic}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string topic, MqttReason reason);

    private sealed record KeptReply(byte[] Topic, byte[] Payload, byte[] Correlation, byte[] Properties, long Deadline, RequestKey? Key);
}
