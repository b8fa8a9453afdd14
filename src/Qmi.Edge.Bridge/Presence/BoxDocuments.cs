using System.Runtime.InteropServices;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The retained documents that say who the box is: its info, and the topic of its friendly name.</summary>
internal sealed class BoxDocuments
{
    private readonly EdgeBox _box;
    private readonly Topics _topics;
    private readonly DocumentBoard _board;
    private readonly RetainedDocument _info;
    private readonly Lock _gate = new();
    private RetainedDocument? _alias;

    public BoxDocuments(EdgeBox box, Topics topics, BridgeOptions options, DocumentBoard board, Func<MqttSession?> session)
    {
        (_box, _topics, _board) = (box, topics, board);
        _info = board.Add(topics.Info, TimeSpan.Zero, (writer, sequence) =>
        {
            var now = session();
            DocumentHeader.WriteHashed(writer, box, sequence, members => WriteInfoMembers(members, options, now));
        });
        MoveAlias();
    }

    /// <summary>What the box is has changed: its objects, its clock's source.</summary>
    public void TouchInfo() => _board.Touch(_info);

    /// <summary>The friendly name has changed, or may have.</summary>
    public void MoveAlias()
    {
        lock (_gate)
        {
            var topic = _box.Alias.Name is { } alias ? _topics.Alias(alias) : null;
            if (topic == _alias?.Topic)
                return;
            if (_alias is { } old)
                _board.Remove(old);
            _alias = topic is null ? null : _board.Add(topic, TimeSpan.Zero, WriteAlias);
        }

        TouchInfo();
    }

    private void WriteAlias(Utf8JsonWriter writer, long sequence)
    {
        DocumentHeader.WriteStart(writer, _box, sequence);
        writer.WriteString("box"u8, _box.Name);
        writer.WriteEndObject();
    }

    private void WriteInfoMembers(Utf8JsonWriter writer, BridgeOptions options, MqttSession? session)
    {
        writer.WriteString("box"u8, _box.Name);
        if (_box.Alias.Name is { } alias)
            writer.WriteString("alias"u8, alias);
        writer.WriteString("software"u8, "Qmi.Edge " + options.SoftwareVersion);
        writer.WriteString("runtime"u8, RuntimeInformation.FrameworkDescription);
        writer.WriteString("os"u8, RuntimeInformation.OSDescription);
        writer.WriteString("architecture"u8, RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant());
        writer.WriteString("host"u8, Environment.MachineName);
        writer.WriteBoolean("durable"u8, _box.State is not null);
        writer.WriteStartObject("limits"u8);
        writer.WriteNumber("payload_bytes"u8, options.PayloadLimit);
        writer.WriteNumber("default_timeout_ms"u8, (long)options.DefaultTimeout.TotalMilliseconds);
        writer.WriteNumber("maximum_timeout_ms"u8, (long)options.MaximumTimeout.TotalMilliseconds);
        writer.WriteNumber("requests_per_s"u8, _box.Requests.Options.RequestsPerSecond);
        writer.WriteNumber("requests_burst"u8, _box.Requests.Options.Burst);
        writer.WriteNumber("health_period_s"u8, options.HealthInterval.TotalSeconds);
        writer.WriteEndObject();
        WriteClock(writer);
        WriteRealtime(writer);
        if (session is not null)
            WriteBroker(writer, session);
        WriteObjects(writer, "tasks"u8, ObjectKind.Task);
        WriteObjects(writer, "instruments"u8, ObjectKind.Instrument);
    }

    private void WriteClock(Utf8JsonWriter writer)
    {
        var clock = _box.Clock.Reading;
        writer.WriteStartObject("clock"u8);
        writer.WriteBoolean("sync"u8, clock.IsSynchronised);
        writer.WriteString("src"u8, clock.Source);
        writer.WriteEndObject();
    }

    private void WriteRealtime(Utf8JsonWriter writer)
    {
        if (_box.Realtime.Options == new RealtimeOptions())
            return;
        writer.WritePropertyName("realtime"u8);
        _box.Realtime.Write(writer);
    }

    private static void WriteBroker(Utf8JsonWriter writer, MqttSession session)
    {
        writer.WriteStartObject("broker"u8);
        writer.WriteString("protocol"u8, session.ProtocolVersion == MqttProtocolVersion.V5 ? "5" : "3.1.1");
        writer.WriteNumber("maximum_qos"u8, (int)session.MaximumQos);
        writer.WriteBoolean("retain"u8, session.RetainAvailable);
        if (session.MaximumPacketSize is { } size)
            writer.WriteNumber("maximum_packet_bytes"u8, size);
        writer.WriteNumber("receive_maximum"u8, session.ReceiveMaximum);
        writer.WriteNumber("topic_alias_maximum"u8, session.TopicAliasMaximum);
        writer.WriteNumber("keep_alive_s"u8, (long)session.KeepAlive.TotalSeconds);
        writer.WriteNumber("session_expiry_s"u8, (long)session.SessionExpiry.TotalSeconds);
        writer.WriteBoolean("wildcard_subscriptions"u8, session.WildcardSubscriptionAvailable);
        writer.WriteBoolean("shared_subscriptions"u8, session.SharedSubscriptionAvailable);
        writer.WriteEndObject();
    }

    private void WriteObjects(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ObjectKind kind)
    {
        writer.WriteStartObject(name);
        foreach (var target in _box.Objects.Where(target => target.Description.Kind == kind))
            writer.WriteString(target.Name, target.Description.ClassName);
        writer.WriteEndObject();
    }
}
