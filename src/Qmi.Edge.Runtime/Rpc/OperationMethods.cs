using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// The methods of the box about requests that it has taken: how far one is, what became of it, and that it shall end. An operation is named by
/// the id of its request, so that a caller who never got an answer can ask.
/// </summary>
internal static class OperationMethods
{
    private static readonly Schema Operation = BuiltIn.Text("The id of the request.", minLength: 1);
    private static readonly Schema OfWhom = BuiltIn.Text("Whose request it was, for administrators; the caller's own otherwise.", minLength: 1);

    public static void AddTo(EdgeBox box, RequestJournal journal, LargeResults large, RequestOptions options)
    {
        box.AddMethod(
            new() { Name = "op_status", Access = RpcAccess.Read, Idempotent = true, Arguments = BuiltIn.Arguments(new("op", Operation, Required: true), new("caller", OfWhom)), Result = BuiltIn.Any, Description = "How far a request is." },
            (request, writer, _) =>
            {
                WriteStatus(writer, Find(journal, request));
                return ValueTask.CompletedTask;
            });
        box.AddMethod(
            new()
            {
                Name = "op_result",
                Access = RpcAccess.Read,
                Idempotent = true,
                Arguments = BuiltIn.Arguments(
                    new("op", Operation, Required: true),
                    new("caller", OfWhom),
                    new("offset", new Schema { Type = SchemaType.Integer, Minimum = 0, Maximum = int.MaxValue, Description = "Where in the result to go on, in bytes: the next of the last answer." })),
                Result = BuiltIn.Any,
                Description = "What became of a request; a large result comes in pieces of its JSON text.",
            },
            (request, writer, _) =>
            {
                WriteResult(writer, journal, large, request, options.ResultLimit);
                return ValueTask.CompletedTask;
            });
        box.AddMethod(
            new() { Name = "op_cancel", Idempotent = true, Overtakes = true, Lock = LockRule.Ignores, Arguments = BuiltIn.Arguments(new("op", Operation, Required: true), new("caller", OfWhom)), Result = BuiltIn.Any, Description = "Ends a request that waits for its turn, or one that runs and can be cancelled." },
            (request, writer, _) =>
            {
                Cancel(writer, Find(journal, request));
                return ValueTask.CompletedTask;
            });
    }

    /// <summary>Where a request is, as an answer to it.</summary>
    public static RpcReply Describe(JournalEntry entry, bool isInterim)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
            WriteStatus(writer, entry);
        return new RpcReply(null, buffer.WrittenMemory) { Id = entry.Key.Id, IsInterim = isInterim };
    }

    private static JournalEntry Find(RequestJournal journal, RpcRequest request) => journal.Find(KeyOf(request)) ?? throw NoSuchOperation(KeyOf(request));

    private static RequestKey KeyOf(RpcRequest request)
    {
        var caller = request.GetText("caller") ?? request.Caller.Name;
        if (caller != request.Caller.Name && request.Caller.Role < RpcAccess.Admin)
            throw new QmiException(ErrorCode.Forbidden, $"{request.Caller.Name} may not look at the requests of {caller}: it needs the role {RoleName.Of(RpcAccess.Admin)}.");
        return new RequestKey(caller, request.GetText("op")!);
    }

    private static QmiException NoSuchOperation(RequestKey key) =>
        new(ErrorCode.NoSuchObject, $"No request \"{key.Id}\" of {key.Caller} is known: it never arrived, or it is so long ago that it was forgotten.");

    private static void WriteStatus(Utf8JsonWriter writer, JournalEntry entry)
    {
        var call = entry.Call;
        writer.WriteStartObject();
        writer.WriteString("op"u8, entry.Key.Id);
        writer.WriteString("object"u8, entry.Target);
        writer.WriteString("method"u8, entry.Method);
        writer.WriteString("state"u8, entry.State == RequestState.Finished ? "done"u8 : call is { HasBegun: true } ? "running"u8 : "queued"u8);
        writer.WriteTimestamp("accepted"u8, entry.AcceptedAt);
        if (entry.Progress is { } progress)
        {
            writer.WriteNumber("progress"u8, progress.Fraction);
            if (progress.Text is { } text)
                writer.WriteString("text"u8, text);
        }

        if (entry.State == RequestState.Finished)
        {
            writer.WriteBoolean("ok"u8, entry.Reply.Error is null);
            if (entry.Reply.Error is { } error)
            {
                writer.WriteString("code"u8, error.Code.GetWireName());
                writer.WriteString("executed"u8, ErrorDocument.NameOf(error.Executed));
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter writer, RequestJournal journal, LargeResults large, RpcRequest request, int limit)
    {
        var key = KeyOf(request);
        var offset = request.Arguments.TryGetProperty("offset"u8, out var given) ? given.GetInt32() : (int?)null;
        if (large.Find(key) is { } kept)
        {
            WriteChunk(writer, key.Id, kept.Span, offset ?? 0, limit);
            return;
        }

        var entry = journal.Find(key) ?? throw NoSuchOperation(key);
        if (entry.State != RequestState.Finished)
            throw new QmiException(ErrorCode.WrongState, $"{entry.Target}.{entry.Method} has no result yet: ask op_status.") { RetryAfter = TimeSpan.FromSeconds(1) };
        if (offset is { } begin && entry.Reply.Error is null)
        {
            WriteChunk(writer, key.Id, entry.Reply.Result.Span, begin, limit);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("op"u8, key.Id);
        writer.WriteBoolean("ok"u8, entry.Reply.Error is null);
        writer.WritePropertyName(entry.Reply.Error is null ? "result"u8 : "error"u8);
        if (entry.Reply.Error is { } error)
            ErrorDocument.Write(writer, error);
        else
            writer.WriteRawValue(entry.Reply.Result.Span, skipInputValidation: true);
        writer.WriteEndObject();
    }

    private static void WriteChunk(Utf8JsonWriter writer, string op, ReadOnlySpan<byte> result, int offset, int limit)
    {
        if (offset > result.Length || (offset < result.Length && IsInsideCharacter(result[offset])))
            throw new QmiException(ErrorCode.BadArgs, $"The result has {result.Length} bytes, and {offset} is not where a piece of it begins: take the \"next\" of the last answer.");
        // As a string each quote takes two bytes, so that a quarter fits with room to spare.
        var end = Math.Min(result.Length, offset + Math.Max(1024, limit / 4));
        while (end < result.Length && IsInsideCharacter(result[end]))
            end--;
        writer.WriteStartObject();
        writer.WriteString("op"u8, op);
        writer.WriteNumber("bytes"u8, result.Length);
        writer.WriteString("chunk"u8, Encoding.UTF8.GetString(result[offset..end]));
        writer.WritePropertyName("next"u8);
        if (end < result.Length)
            writer.WriteNumberValue(end);
        else
            writer.WriteNullValue();
        writer.WriteEndObject();
    }

    private static bool IsInsideCharacter(byte value) => (value & 0xC0) == 0x80;

    private static void Cancel(Utf8JsonWriter writer, JournalEntry entry)
    {
        if (entry.State != RequestState.Finished && entry.Call is { } call && !call.TryCancelWaiting() && !call.TryCancelRunning())
            throw new QmiException(ErrorCode.WrongState, $"{entry.Target}.{entry.Method} runs and does not say that it can be cancelled: wait for its end, or stop the task.");
        WriteStatus(writer, entry);
    }
}
