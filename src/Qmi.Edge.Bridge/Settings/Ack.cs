using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What became of a caller's last push to a task.</summary>
internal sealed record Ack
{
    public string? Id { get; init; }

    public long? Revision { get; init; }

    public required string State { get; init; }

    public QmiException? Error { get; init; }

    public long? Turn { get; init; }

    public required DateTimeOffset At { get; init; }

    public required long HeadRevision { get; init; }

    public bool IsTerminal => State != "pending";

    public void Write(Utf8JsonWriter writer, EdgeBox box, long sequence)
    {
        DocumentHeader.WriteStart(writer, box, sequence);
        writer.WriteString("id"u8, Id);
        if (Revision is { } revision)
            writer.WriteNumber("rev"u8, revision);
        writer.WriteString("state"u8, State);
        if (Error is { } error)
        {
            writer.WriteString("code"u8, error.Code.GetWireName());
            writer.WriteString("message"u8, error.Message);
        }

        writer.WritePropertyName("errors"u8);
        ErrorDocument.WriteViolations(writer, Error?.Violations ?? []);
        if (Turn is { } turn)
            writer.WriteNumber("turn"u8, turn);
        writer.WriteTimestamp("at"u8, At);
        writer.WriteNumber("head_rev"u8, HeadRevision);
        writer.WriteString("executed"u8, State == "applied" ? "yes" : Error is { } reason ? ErrorDocument.NameOf(reason.Executed) : "no");
        writer.WriteEndObject();
    }
}
