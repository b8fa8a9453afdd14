using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Writes replies as the contract has them.</summary>
internal static class ReplyWriter
{
    private const int MostCauses = 8;

    public static void Write(Utf8JsonWriter writer, EdgeBox box, in PendingRequest request, RpcReply reply, long sequence)
    {
        writer.WriteStartObject();
        writer.WriteNumber("v"u8, 1);
        if (request.Id is { } id)
            writer.WriteString("id"u8, id);
        writer.WriteBoolean("ok"u8, reply.Error is null);
        writer.WriteBoolean("final"u8, true);
        if (reply.Error is { } error)
        {
            writer.WritePropertyName("error"u8);
            WriteError(writer, error);
        }
        else
        {
            writer.WritePropertyName("result"u8);
            writer.WriteRawValue(reply.Result.Span, skipInputValidation: true);
        }

        writer.WriteString("box"u8, box.Name);
        writer.WriteString("boot"u8, box.Boot);
        writer.WriteString("object"u8, request.Topic.Target);
        writer.WriteString("method"u8, request.Topic.Method);
        writer.WriteNumber("seq"u8, sequence);
        writer.WriteTimestamp("ts"u8, box.TimeProvider.GetUtcNow());
        writer.WriteNumber("took_ms"u8, (box.TimeProvider.GetNanoseconds() - request.Received) / MonotonicTime.Millisecond);
        writer.WriteBoolean("replayed"u8, false);
        if (box.FindObject(request.Topic.Target) is { Lock.Fence: > 0 } target)
            writer.WriteNumber("fence"u8, target.Lock.Fence);
        if (request.Trace is { } trace)
            writer.WriteString("trace"u8, trace);
        writer.WriteEndObject();
    }

    /// <summary>Writes an error of the closed set as a JSON object.</summary>
    public static void WriteError(Utf8JsonWriter writer, QmiException error)
    {
        writer.WriteStartObject();
        writer.WriteString("code"u8, error.Code.GetWireName());
        writer.WriteNumber("status"u8, error.Code.GetStatus());
        writer.WriteString("message"u8, error.Message);
        writer.WriteString("executed"u8, NameOf(error.Executed));
        writer.WriteString("retry"u8, error.RetryAfter is null ? "no"u8 : "after"u8);
        if (error.RetryAfter is { } retryAfter)
            writer.WriteNumber("retry_after_ms"u8, (long)Math.Ceiling(retryAfter.TotalMilliseconds));
        writer.WriteStartObject("details"u8);
        WriteDetails(writer, error);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Writes violations as a JSON array.</summary>
    public static void WriteViolations(Utf8JsonWriter writer, IReadOnlyList<SchemaViolation> violations)
    {
        writer.WriteStartArray();
        foreach (var violation in violations)
        {
            writer.WriteStartObject();
            writer.WriteString("path"u8, violation.Path);
            writer.WriteString("code"u8, violation.Code);
            writer.WriteString("message"u8, violation.Message);
            WriteRaw(writer, "limit"u8, violation.Limit);
            WriteRaw(writer, "got"u8, violation.Got);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>The name on the wire.</summary>
    public static string NameOf(Executed executed) => executed switch
    {
        Executed.No => "no",
        Executed.Yes => "yes",
        _ => "unknown",
    };

    private static void WriteDetails(Utf8JsonWriter writer, QmiException error)
    {
        foreach (var (name, value) in error.Details)
        {
            writer.WritePropertyName(name);
            WriteDetail(writer, value);
        }

        if (error.Code == ErrorCode.Timeout)
            writer.WriteBoolean("still_running"u8, error.Executed != Executed.No);
        if (error.Violations.Count > 0)
        {
            writer.WritePropertyName("errors"u8);
            WriteViolations(writer, error.Violations);
        }

        // What the programmer's code or the instrument said; of our own checks the message says all.
        if (error is { Code: ErrorCode.TaskError or ErrorCode.DeviceError or ErrorCode.Internal, InnerException: { } cause })
            WriteCauses(writer, cause);
    }

    private static void WriteCauses(Utf8JsonWriter writer, Exception cause)
    {
        writer.WriteString("type"u8, cause.GetType().Name);
        writer.WriteStartArray("chain"u8);
        for (var (current, count) = ((Exception?)cause, 0); current is not null && count < MostCauses; (current, count) = (current.InnerException, count + 1))
            writer.WriteStringValue($"{current.GetType().Name}: {current.Message}");
        writer.WriteEndArray();
    }

    private static void WriteDetail(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case ulong number:
                writer.WriteNumberValue(number);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case IEnumerable<string> texts:
                writer.WriteStartArray();
                foreach (var text in texts)
                    writer.WriteStringValue(text);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }

    private static void WriteRaw(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? json)
    {
        if (json is null)
            return;
        writer.WritePropertyName(name);
        writer.WriteRawValue(json);
    }
}
