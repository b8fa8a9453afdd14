using System.Text;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The heartbeat of the box: whoever sees none for three and a half periods knows, whatever a broker still shows.</summary>
internal sealed class HealthPublisher(EdgeBox box, Topics topics, TimeSpan period, Func<BridgeHealth> bridge)
{
    private const double PeriodsToLive = 3.5;

    private readonly byte[] _topic = Encoding.UTF8.GetBytes(topics.Health);
    private readonly long _started = box.TimeProvider.GetNanoseconds();
    private readonly long _period = MonotonicTime.ToNanoseconds(period);
    private readonly uint _expiry = (uint)Math.Ceiling(period.TotalSeconds * PeriodsToLive);
    private long _due = long.MinValue;
    private long _sequence;

    /// <summary>The box was born in a new connection: the broker gets a sign of life at once.</summary>
    public void Begin() => _due = long.MinValue;

    /// <summary>Whether it is time to publish.</summary>
    public bool IsDue(long now) => now >= _due;

    /// <summary>Publishes when it is time.</summary>
    /// <returns>False when the connection did not take it: try again later.</returns>
    public bool Flush(IMqttConnection connection, long now, ref long next)
    {
        if (IsDue(now))
        {
            if (!Publish(connection, now))
                return false;
            _due = now + _period;
        }

        next = Math.Min(next, _due);
        return true;
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
        writer.WriteNumber("period_s"u8, period.TotalSeconds);
        writer.WriteTimestamp("ts"u8, box.TimeProvider.GetUtcNow());
        writer.WriteNumber("up_s"u8, (now - _started) / MonotonicTime.Second);
        writer.WriteNumber("mono_us"u8, now / 1000);
        writer.WriteNumber("conn"u8, connection.Session?.Number ?? 0);
        WriteClock(writer);
        WriteBridge(writer, bridge());
        WriteLanes(writer);
        writer.WriteStartObject("tasks"u8);
        var unwell = box.UnwellTasks;
        foreach (var target in box.Objects)
        {
            if (target is QmiTaskRunner task)
                WriteTask(writer, task, unwell.Contains(task.Name));
        }

        writer.WriteEndObject();
        writer.WriteStartObject("instruments"u8);
        foreach (var target in box.Objects)
        {
            if (target is QmiInstrument instrument)
                WriteInstrument(writer, instrument);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteClock(Utf8JsonWriter writer)
    {
        var clock = box.Clock.Reading;
        writer.WriteStartObject("clock"u8);
        writer.WriteBoolean("sync"u8, clock.IsSynchronised);
        writer.WriteString("src"u8, clock.Source);
        if (clock.Error is { } error)
            writer.WriteNumber("err_us"u8, (long)error.TotalMicroseconds);
        writer.WriteNumber("steps"u8, box.Clock.Steps);
        writer.WriteEndObject();
    }

    private static void WriteBridge(Utf8JsonWriter writer, BridgeHealth health)
    {
        writer.WriteStartObject("outbox"u8);
        writer.WriteNumber("n"u8, health.Unsent);
        writer.WriteNumber("dropped"u8, health.Dropped);
        writer.WriteEndObject();
        writer.WriteNumber("redelivered"u8, health.Redelivered);
        writer.WriteNumber("signals_lost"u8, health.LostSignals);
        if (health.RoundTrip is { } roundTrip)
            writer.WriteNumber("rtt_ms"u8, Math.Round(roundTrip.TotalMilliseconds, 1));
        writer.WriteNumber("recycled"u8, health.Replacements);
    }

    // Only those that are not empty: an idle box says so in a few bytes.
    private void WriteLanes(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("lanes"u8);
        foreach (var target in box.Objects)
        {
            if (target.QueueDepth is > 0 and var depth)
                writer.WriteNumber(target.Name, depth);
        }

        writer.WriteEndObject();
    }

    private static void WriteTask(Utf8JsonWriter writer, QmiTaskRunner task, bool hangs)
    {
        writer.WriteStartObject(task.Name);
        writer.WriteString("state"u8, TaskStateDocument.NameOf(task.Life.State));
        if (hangs)
            writer.WriteBoolean("hung"u8, true);
        writer.WriteNumber("settings"u8, task.HeadRevision);
        writer.WriteNumber("fence"u8, task.Lock.Fence);
        WriteSignals(writer, task);
        writer.WriteEndObject();
    }

    private static void WriteInstrument(Utf8JsonWriter writer, QmiInstrument instrument)
    {
        writer.WriteStartObject(instrument.Name);
        writer.WriteString("state"u8, InstrumentStateDocument.NameOf(instrument.State));
        writer.WriteNumber("fence"u8, instrument.Lock.Fence);
        WriteSignals(writer, instrument);
        writer.WriteEndObject();
    }

    private static void WriteSignals(Utf8JsonWriter writer, RpcObject target)
    {
        writer.WriteStartObject("sig"u8);
        foreach (var signal in target.Signals.All)
            writer.WriteNumber(signal.Description.Name, signal.NextSequence);
        writer.WriteEndObject();
    }
}

/// <summary>What the bridge adds to the health of the box.</summary>
/// <param name="Unsent">How many replies wait for the broker.</param>
/// <param name="Dropped">How many were given up because too many waited.</param>
/// <param name="Redelivered">How many requests and pushes without an id came a second time and were dropped.</param>
/// <param name="LostSignals">How many values of signals were given up on the way to the broker.</param>
/// <param name="RoundTrip">How long the broker took to answer last.</param>
/// <param name="Replacements">How often the MQTT client was exchanged because it hung.</param>
internal readonly record struct BridgeHealth(int Unsent, long Dropped, long Redelivered, long LostSignals, TimeSpan? RoundTrip, int Replacements);
