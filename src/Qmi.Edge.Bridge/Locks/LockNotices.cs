using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Tells owners of locks, on a reply topic of theirs that nobody asked on, what became of a lock. It saves them time and nothing else: who
/// misses it is told LOCK_LOST by the next call.
/// </summary>
internal sealed partial class LockNotices(EdgeBox box, Topics topics, IMqttConnection connection, ILogger logger)
{
    // So many locks are not lost while a broker is away; whoever was owner then has missed more than this.
    private const int MostUnsent = 256;

    private readonly Lock _gate = new();
    private readonly Queue<(string Target, LockEvent Notice)> _unsent = new();
    private long _dropped;

    /// <summary>Takes a notice, from any thread. The box's own code is told nothing here.</summary>
    public void Add(RpcObject target, LockEvent notice)
    {
        if (notice.Owner == Caller.Local.Name)
            return;
        lock (_gate)
        {
            if (_unsent.Count == MostUnsent)
            {
                _unsent.Dequeue();
                LogDropped(logger, ++_dropped);
            }

            _unsent.Enqueue((target.Name, notice));
        }
    }

    /// <summary>Sends what waits; false when there is still something left.</summary>
    public bool Flush()
    {
        lock (_gate)
        {
            while (_unsent.TryPeek(out var next))
            {
                if (!TrySend(next.Target, next.Notice))
                    return false;
                _unsent.Dequeue();
            }

            return true;
        }
    }

    private bool TrySend(string target, LockEvent notice)
    {
        using var buffer = JsonBuffer.Rent();
        Write(buffer.Writer, target, notice);
        return connection.TryPublish(new MqttPublication
        {
            Topic = Encoding.UTF8.GetBytes(topics.Reply(notice.Owner, $"{target}/_lock")),
            Payload = buffer.Written.Span,
            Qos = MqttQos.AtLeastOnce,
            PayloadIsUtf8 = true,
            ContentType = ContentTypes.Json,
        });
    }

    private void Write(Utf8JsonWriter writer, string target, LockEvent notice)
    {
        writer.WriteStartObject();
        writer.WriteNumber("v"u8, 1);
        writer.WriteString("box"u8, box.Name);
        writer.WriteString("boot"u8, box.Boot);
        writer.WriteString("object"u8, target);
        writer.WriteString("event"u8, notice.Kind);
        writer.WriteString("owner"u8, notice.Owner);
        writer.WriteNumber("fence"u8, notice.Fence);
        writer.WriteString("by"u8, notice.By);
        writer.WriteString("reason"u8, notice.Reason);
        writer.WriteTimestamp("at"u8, notice.At);
        writer.WriteEndObject();
    }

    [LoggerMessage(2701, LogLevel.Warning, "{Dropped} notices to owners of locks are lost so far: too many wait for a broker that is away")]
    private static partial void LogDropped(ILogger logger, long dropped);
}
