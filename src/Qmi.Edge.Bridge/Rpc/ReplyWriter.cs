using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Writes replies as the contract has them.</summary>
internal static class ReplyWriter
{
    public static void Write(Utf8JsonWriter writer, EdgeBox box, in PendingRequest request, RpcReply reply, long sequence)
    {
        writer.WriteStartObject();
        writer.WriteNumber("v"u8, 1);
        if ((reply.Id ?? request.Id) is { } id)
            writer.WriteString("id"u8, id);
        writer.WriteBoolean("ok"u8, reply.Error is null);
        writer.WriteBoolean("final"u8, !reply.IsInterim);
        if (reply.Error is { } error)
        {
            writer.WritePropertyName("error"u8);
            ErrorDocument.Write(writer, error);
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
        writer.WriteBoolean("replayed"u8, reply.Replayed);
        if (box.FindObject(request.Topic.Target) is { } target)
            WriteCircumstances(writer, target);
        if (request.Trace is { } trace)
            writer.WriteString("trace"u8, trace);
        writer.WriteEndObject();
    }

    private static void WriteCircumstances(Utf8JsonWriter writer, RpcObject target)
    {
        if (target.Lock.Fence > 0)
            writer.WriteNumber("fence"u8, target.Lock.Fence);
        // Like the signals of a simulated object, its answers say what they are.
        if (target.IsSimulated)
            writer.WriteNumber("q"u8, (int)Quality.Simulated);
    }
}
