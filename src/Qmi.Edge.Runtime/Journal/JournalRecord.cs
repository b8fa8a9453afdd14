using System.Buffers;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The records of the journal on the disk: JSON, so that a person with a hex dump can read them.</summary>
internal static class JournalRecord
{
    public const string AcceptedKind = "accepted";
    public const string FinishedKind = "finished";
    public const string SentKind = "sent";
    public const string ForgottenKind = "forgotten";

    /// <summary>After all that a new file begins with.</summary>
    public const string CompleteKind = "complete";

    // A larger result is not written down: after a restart its request is known to be done, and its result is gone.
    private const int LargestResult = 32 * 1024;

    public static byte[] Accepted(JournalEntry entry) => Write(AcceptedKind, entry.Number, writer =>
    {
        writer.WriteString("caller"u8, entry.Key.Caller);
        writer.WriteString("id"u8, entry.Key.Id);
        writer.WriteBase64String("hash"u8, entry.BodyHash);
        writer.WriteString("object"u8, entry.Target);
        writer.WriteString("method"u8, entry.Method);
        writer.WriteBoolean("idempotent"u8, entry.IsIdempotent);
        writer.WriteString("at"u8, Timestamps.ToText(entry.AcceptedAt));
        writer.WriteNumber("budget_ms"u8, (long)entry.Budget.TotalMilliseconds);
        writer.WriteBase64String("address"u8, entry.Address.Span);
    });

    public static byte[] Finished(JournalEntry entry) => Finished(entry.Number, entry.Reply);

    public static byte[] Finished(long number, RpcReply reply) => Write(FinishedKind, number, writer =>
    {
        if (reply.Error is { } error)
        {
            writer.WritePropertyName("error"u8);
            ErrorDocument.Write(writer, error);
        }
        else if (reply.Result.Length <= LargestResult)
        {
            writer.WritePropertyName("result"u8);
            writer.WriteRawValue(reply.Result.IsEmpty ? "null"u8 : reply.Result.Span, skipInputValidation: true);
        }
    });

    public static byte[] Sent(JournalEntry entry) => Write(SentKind, entry.Number);

    public static byte[] Forgotten(JournalEntry entry) => Write(ForgottenKind, entry.Number);

    public static byte[] Complete(long number) => Write(CompleteKind, number);

    private static byte[] Write(string kind, long number, Action<Utf8JsonWriter>? writeMembers = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, kind);
            writer.WriteNumber("n"u8, number);
            writeMembers?.Invoke(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>A request as the records of the last run tell it.</summary>
internal sealed class RecoveredRequest(JsonElement accepted)
{
    private RpcReply? _reply;

    public bool IsSent { get; private set; }

    public TimeSpan Budget { get; } = TimeSpan.FromMilliseconds(accepted.GetProperty("budget_ms").GetInt64());

    public void Finish(JsonElement record) => _reply = record switch
    {
        _ when record.TryGetProperty("error", out var error) => new RpcReply(ErrorDocument.Read(error), default),
        _ when record.TryGetProperty("result", out var result) => new RpcReply(null, System.Text.Encoding.UTF8.GetBytes(result.GetRawText())),
        _ => new RpcReply(new QmiException(ErrorCode.ResultTooLarge, "The call was carried out. Its result was too large to outlive the restart of the box."), default),
    };

    public void NoteSent() => IsSent = true;

    public JournalEntry ToEntry(long keepUntil) => new()
    {
        Number = accepted.GetProperty("n").GetInt64(),
        Key = new RequestKey(accepted.GetProperty("caller").GetString()!, accepted.GetProperty("id").GetString()!),
        BodyHash = accepted.GetProperty("hash").GetBytesFromBase64(),
        Target = accepted.GetProperty("object").GetString()!,
        Method = accepted.GetProperty("method").GetString()!,
        IsIdempotent = accepted.GetProperty("idempotent").GetBoolean(),
        Address = accepted.GetProperty("address").GetBytesFromBase64(),
        AcceptedAt = accepted.GetProperty("at").GetDateTimeOffset(),
        Budget = Budget,
        KeepUntil = keepUntil,
        State = _reply is null ? RequestState.Unfinished : RequestState.Finished,
        Reply = _reply ?? default,
        IsSent = IsSent,
    };
}
