using System.Globalization;
using System.Numerics;
using System.Text;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Sends replies and keeps each until the broker has it: one that the connection does not take, or that was under way when the connection
/// broke, is sent again within its budget. Those to one caller go in the order in which they were given, a few at a time: whoever asks
/// without end makes only himself wait.
/// </summary>
internal sealed partial class ReplySender(EdgeBox box, Topics topics, IMqttConnection connection, ILogger logger)
{
    /// <summary>The tokens of replies begin here, so that they can be told from those of other publications.</summary>
    public const long FirstToken = 1L << 62;

    // So many are kept while the broker is away; a reply is 256 KiB at most, and most have 300 bytes.
    private const int MostKept = 4096;
    private const int MostKeptOfCaller = 2048;

    private static readonly byte[] SuccessProperties = MqttUserProperties.Encode(("qmi-code", "OK"), ("qmi-status", "200"), ("qmi-final", "true"), ("qmi-executed", "yes"));
    private static readonly byte[] InterimProperties = MqttUserProperties.Encode(("qmi-code", "OK"), ("qmi-status", "202"), ("qmi-final", "false"), ("qmi-executed", "unknown"));

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ReplyLane> _lanes = [];
    private readonly Dictionary<long, (ReplyLane Lane, LinkedListNode<KeptReply> Node)> _underWay = [];
    private long _sequence;
    private long _token = FirstToken;
    private int _count;
    private bool _isPumping;
    private long _dropped;

    /// <summary>How many replies the broker does not have yet.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    /// <summary>How many were given up because too many waited.</summary>
    public long Dropped
    {
        get
        {
            lock (_gate)
                return _dropped;
        }
    }

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
        Send(request.Topic.Caller, new KeptReply(topic, buffer.Written.ToArray(), request.Correlation, reply.Error is { } error ? ErrorProperties(error) : SuccessProperties, DeadlineOf(request), key));
    }

    /// <summary>Sends what the last run of the box owes.</summary>
    public void SendOwed()
    {
        foreach (var owed in box.Requests.Owed)
            Send(PendingRequest.Of(owed, box.TimeProvider.GetNanoseconds()), owed.Reply);
    }

    /// <summary>Sends what waits; false when the connection does not take all that may go now.</summary>
    public bool Flush()
    {
        lock (_gate)
        {
            var isTaken = true;
            foreach (var lane in _lanes.Values)
                isTaken &= Pump(lane);
            return isTaken;
        }
    }

    /// <summary>The broker's word on a reply, or that it cannot be known.</summary>
    public void OnAcknowledged(long token, MqttReason reason)
    {
        KeptReply reply;
        lock (_gate)
        {
            if (!_underWay.Remove(token, out var sent))
                return;
            if (reason is MqttReason.ConnectionLost or MqttReason.Stopped)
            {
                sent.Lane.TakeBack(sent.Node);
                return;
            }

            reply = sent.Node.Value;
            Remove(sent.Lane, sent.Node);
            Pump(sent.Lane);
        }

        // Refused or not, it will not become better by being sent again.
        if (reason >= MqttReason.UnspecifiedError)
            LogRefused(logger, Encoding.UTF8.GetString(reply.Topic), reason);
        if (reply.Key is { } key)
            box.Requests.NoteSent(key);
    }

    private static byte[] ErrorProperties(QmiException error) => MqttUserProperties.Encode(
        ("qmi-code", error.Code.GetWireName()),
        ("qmi-status", error.Code.GetStatus().ToString(CultureInfo.InvariantCulture)),
        ("qmi-final", "true"),
        ("qmi-executed", ErrorDocument.NameOf(error.Executed)));

    private void Send(string caller, KeptReply reply)
    {
        lock (_gate)
        {
            var lane = _lanes.GetValueOrDefault(caller);
            if (_count >= MostKept || lane?.Count >= MostKeptOfCaller)
            {
                // Whoever floods a way that is too slow for it does not flood the log as well.
                if (BitOperations.IsPow2(++_dropped))
                    LogDropped(logger, Encoding.UTF8.GetString(reply.Topic), _dropped);
                return;
            }

            _lanes[caller] = lane ??= new ReplyLane(caller);
            lane.Add(reply);
            _count++;
            Pump(lane);
            reply.MayExpire = true;
        }
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

    // A reply to a request that took all of its time still gets a second to arrive.
    private long DeadlineOf(in PendingRequest request) => Math.Max(request.Deadline, box.TimeProvider.GetNanoseconds() + MonotonicTime.Second);

    // What is left, rounded up.
    private uint? Expiry(long deadline) =>
        deadline == MonotonicTime.Never ? null : (uint)Math.Max(1, Math.Ceiling(box.TimeProvider.GetRemaining(deadline).TotalSeconds));

    // What follows is under the gate.
    // False when the connection did not take one.
    private bool Pump(ReplyLane lane)
    {
        // A connection may acknowledge while it publishes: then the loop below is at work already.
        if (_isPumping)
            return true;
        _isPumping = true;
        try
        {
            while (lane.FindNext() is { } next)
            {
                if (next.Value.MayExpire && box.TimeProvider.GetNanoseconds() >= next.Value.Deadline)
                    Remove(lane, next);
                else if (!TrySend(lane, next))
                    return false;
            }
        }
        finally
        {
            _isPumping = false;
        }

        if (lane.Count == 0)
            _lanes.Remove(lane.Caller);
        return true;
    }

    private bool TrySend(ReplyLane lane, LinkedListNode<KeptReply> node)
    {
        var token = ++_token;
        bool isTaken;
        lane.Begin(node);
        // Before it is published: the answer may come before this goes on.
        _underWay[token] = (lane, node);
        try
        {
            isTaken = TryPublish(node.Value, MqttQos.AtLeastOnce, token);
        }
        catch (ArgumentException)
        {
            // It can never be sent, and must not be in the way of those behind it.
            _underWay.Remove(token);
            Remove(lane, node);
            throw;
        }

        if (isTaken)
            return true;
        _underWay.Remove(token);
        lane.TakeBack(node);
        return false;
    }

    private void Remove(ReplyLane lane, LinkedListNode<KeptReply> node)
    {
        lane.Remove(node);
        _count--;
    }

    [LoggerMessage(2102, LogLevel.Error, "The reply to {Topic} is lost, {Dropped} so far: too many wait for the broker")]
    private static partial void LogDropped(ILogger logger, string topic, long dropped);

    [LoggerMessage(2103, LogLevel.Warning, "The broker refused the reply to {Topic}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string topic, MqttReason reason);
}
