using System.Buffers;
using System.Text;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Fetches the result of a call that was done, and whose result is too large for one message, piece by piece.</summary>
internal static class ChunkedResult
{
    private static readonly RpcMethodDescription Method = new() { Name = "op_result", Access = RpcAccess.Read, Idempotent = true };

    /// <summary>Whether the box has kept the result.</summary>
    public static bool IsKept(QmiException tooLarge) => !tooLarge.Details.TryGetValue("op", out var operation) || operation is string;

    /// <exception cref="QmiException">RESULT_TOO_LARGE: it is larger than this client wants; or a piece could not be had.</exception>
    public static async Task<JsonElement> FetchAsync(ClientDesk desk, ClientRequest request, QmiException tooLarge, string id, ClientLink link, CancellationToken cancellationToken)
    {
        var operation = tooLarge.Details.GetValueOrDefault("op") as string ?? id;
        var text = new ArrayBufferWriter<byte>();
        for (long? offset = 0; offset is { } from;)
        {
            var piece = await desk.CallBoxAsync(request.Box, Method, writer => Write(writer, operation, from), cancellationToken).ConfigureAwait(false);
            if (Number(piece, "bytes") is { } size && size > link.MaximumResultBytes)
                throw TooLarge(request, size, link.MaximumResultBytes);
            Encoding.UTF8.GetBytes(ErrorReader.Text(piece, "chunk"), text);
            offset = Number(piece, "next");
            if (text.WrittenCount > link.MaximumResultBytes)
                throw TooLarge(request, text.WrittenCount, link.MaximumResultBytes);
            if (offset <= from)
                throw new QmiException(ErrorCode.Internal, $"{request.Box} sends the same piece of the result of {request.Target}.{request.Method.Name} again and again.", Executed.Yes);
        }

        return EnvelopeReader.Parse(text.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, string operation, long offset)
    {
        writer.WriteString("op"u8, operation);
        writer.WriteNumber("offset"u8, offset);
    }

    private static long? Number(JsonElement piece, string name) =>
        piece.ValueKind == JsonValueKind.Object && piece.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static QmiException TooLarge(ClientRequest request, long bytes, long limit) =>
        new(ErrorCode.ResultTooLarge, $"The result of {request.Target}.{request.Method.Name} has {bytes} bytes, this client takes {limit} (MaximumResultBytes). The call was carried out.")
        {
            Details = new Dictionary<string, object?> { ["bytes"] = bytes, ["limit"] = limit },
        };
}
