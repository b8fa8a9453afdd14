using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The retained documents of the box itself: who it is, how it is, and its alarms.</summary>
internal sealed class BoxDocuments
{
    private readonly ConcurrentDictionary<string, RetainedDocument> _alarms = new();
    private readonly EdgeBox _box;
    private readonly Topics _topics;

    public BoxDocuments(EdgeBox box, Topics topics, BridgeOptions options)
    {
        (_box, _topics) = (box, topics);
        Info = new RetainedDocument(topics.Info, TimeSpan.Zero, writer => WriteInfo(writer, options));
        foreach (var alarm in box.Alarms.Raised)
            GetAlarm(alarm.Id);
    }

    /// <summary>Identity, versions, limits, the list of objects.</summary>
    public RetainedDocument Info { get; }

    /// <summary>All of them.</summary>
    public IEnumerable<RetainedDocument> All => _alarms.Values.Prepend(Info);

    /// <summary>An alarm was raised, changed or cleared.</summary>
    public void MarkAlarmDirty(string id) => GetAlarm(id).MarkDirty();

    private RetainedDocument GetAlarm(string id) => _alarms.GetOrAdd(id, _ => new RetainedDocument(_topics.Alarm(id), TimeSpan.Zero, writer => WriteAlarm(writer, id)));

    // A cleared alarm writes nothing: an empty retained payload makes the broker forget it.
    private void WriteAlarm(Utf8JsonWriter writer, string id)
    {
        if (_box.Alarms.Find(id) is not { } alarm)
            return;
        writer.WriteStartObject();
        writer.WriteNumber("v"u8, 1);
        writer.WriteString("severity"u8, alarm.Severity.ToString().ToLowerInvariant());
        writer.WriteString("code"u8, alarm.Code);
        writer.WriteString("text"u8, alarm.Text);
        writer.WriteTimestamp("since"u8, alarm.Since);
        writer.WriteBoolean("ack"u8, false);
        writer.WriteEndObject();
    }

    private void WriteInfo(Utf8JsonWriter writer, BridgeOptions options) =>
        DocumentHeader.WriteHashed(writer, _box, Info.Sequence, members => WriteInfoMembers(members, options));

    private void WriteInfoMembers(Utf8JsonWriter writer, BridgeOptions options)
    {
        writer.WriteString("box"u8, _box.Name);
        writer.WriteString("software"u8, "Qmi.Edge " + options.SoftwareVersion);
        writer.WriteString("runtime"u8, RuntimeInformation.FrameworkDescription);
        writer.WriteString("os"u8, RuntimeInformation.OSDescription);
        writer.WriteString("architecture"u8, RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant());
        writer.WriteString("host"u8, Environment.MachineName);
        writer.WriteStartObject("limits"u8);
        writer.WriteNumber("payload_bytes"u8, options.PayloadLimit);
        writer.WriteNumber("default_timeout_ms"u8, (long)options.DefaultTimeout.TotalMilliseconds);
        writer.WriteNumber("maximum_timeout_ms"u8, (long)options.MaximumTimeout.TotalMilliseconds);
        writer.WriteEndObject();
        WriteObjects(writer, "tasks"u8, ObjectKind.Task);
        WriteObjects(writer, "instruments"u8, ObjectKind.Instrument);
    }

    private void WriteObjects(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ObjectKind kind)
    {
        writer.WriteStartObject(name);
        foreach (var target in _box.Objects.Where(target => target.Description.Kind == kind))
            writer.WriteString(target.Name, target.Description.ClassName);
        writer.WriteEndObject();
    }
}
