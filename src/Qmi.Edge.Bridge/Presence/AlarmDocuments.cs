using System.Collections.Concurrent;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The retained documents of the alarms: one topic for each, empty when it is cleared.</summary>
internal sealed class AlarmDocuments
{
    private readonly ConcurrentDictionary<string, RetainedDocument> _documents = new();
    private readonly Func<string, RetainedDocument> _add;
    private readonly EdgeBox _box;
    private readonly DocumentBoard _board;

    public AlarmDocuments(EdgeBox box, Topics topics, DocumentBoard board)
    {
        (_box, _board) = (box, board);
        _add = id => board.Add(topics.Alarm(id), TimeSpan.Zero, (writer, sequence) => Write(writer, id, sequence));
        foreach (var alarm in box.Alarms.Raised)
            Touch(alarm.Id);
    }

    /// <summary>An alarm was raised, changed, acknowledged or cleared.</summary>
    public void Touch(string id) => _board.Touch(_documents.GetOrAdd(id, _add));

    // A cleared alarm writes nothing: an empty retained payload makes the broker forget it.
    private void Write(Utf8JsonWriter writer, string id, long sequence)
    {
        if (_box.Alarms.Find(id) is not { } alarm)
            return;
        DocumentHeader.WriteStart(writer, _box, sequence);
        writer.WriteString("severity"u8, alarm.Severity.ToString().ToLowerInvariant());
        writer.WriteString("code"u8, alarm.Code);
        writer.WriteString("text"u8, alarm.Text);
        writer.WriteTimestamp("since"u8, alarm.Since);
        WriteAcknowledgement(writer, alarm.Acknowledged);
        writer.WriteEndObject();
    }

    // False, or who and when: either way "ack" alone tells whether somebody has seen it.
    private static void WriteAcknowledgement(Utf8JsonWriter writer, AlarmAcknowledgement? acknowledged)
    {
        if (acknowledged is null)
        {
            writer.WriteBoolean("ack"u8, false);
            return;
        }

        writer.WriteStartObject("ack"u8);
        writer.WriteString("by"u8, acknowledged.By);
        writer.WriteTimestamp("at"u8, acknowledged.At);
        writer.WriteEndObject();
    }
}
