using System.Text;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The heartbeat of the box: whoever sees none for three and a half periods knows, whatever a broker still shows.</summary>
internal sealed class HealthPublisher(EdgeBox box, Topics topics, TimeSpan period)
{
    private readonly byte[] _topic = Encoding.UTF8.GetBytes(topics.Health);
    private readonly long _started = box.TimeProvider.GetNanoseconds();
    private readonly long _period = MonotonicTime.ToNanoseconds(period);
    private readonly uint _expiry = (uint)Math.Ceiling(period.TotalSeconds * 3.5);
    private long _due = long.MinValue;
    private long _sequence;

    public void Flush(IMqttConnection connection, long now, ref long next)
    {
        if (now >= _due && Publish(connection, now))
            _due = now + _period;
        next = Math.Min(next, Math.Max(_due, now + MonotonicTime.Millisecond));
    }

    private bool Publish(IMqttConnection connection, long now)
    {
        using var buffer = JsonBuffer.Rent();
        Write(buffer.Writer, connection, now);
        return connection.TryPublish(new MqttPublication
        {
            Topic = _topic,
            Payload = buffer.Written.Span,
            Retain = true,
            MessageExpiry = _expiry,
            PayloadIsUtf8 = true,
            ContentType = ContentTypes.Json,
        });
    }

    private void Write(Utf8JsonWriter writer, IMqttConnection connection, long now)
    {
        DocumentHeader.WriteStart(writer, box, ++_sequence);
        writer.WriteTimestamp("ts"u8, box.TimeProvider.GetUtcNow());
        writer.WriteNumber("up_s"u8, (now - _started) / MonotonicTime.Second);
        writer.WriteNumber("mono_us"u8, now / 1000);
        writer.WriteNumber("conn"u8, connection.Session?.Number ?? 0);
        writer.WriteStartObject("tasks"u8);
        foreach (var task in box.Objects.OfType<QmiTaskRunner>())
            WriteTask(writer, task);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteTask(Utf8JsonWriter writer, QmiTaskRunner task)
    {
        writer.WriteStartObject(task.Name);
        writer.WriteString("state"u8, TaskStateDocument.NameOf(task.Life.State));
        writer.WriteNumber("settings"u8, task.HeadRevision);
        writer.WriteNumber("fence"u8, task.Lock.Fence);
        writer.WriteNumber("queue"u8, task.QueueDepth);
        writer.WriteStartObject("sig"u8);
        foreach (var signal in task.Signals.All)
            writer.WriteNumber(signal.Description.Name, signal.NextSequence);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
