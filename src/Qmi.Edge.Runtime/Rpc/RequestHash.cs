using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>What a request asks for, in 32 bytes: SHA-256 of object, method and arguments in their canonical form (RFC 8785).</summary>
internal static class RequestHash
{
    public static byte[] Of(RpcRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Encoding.UTF8.GetBytes(request.Target, buffer);
        buffer.Write("\0"u8);
        Encoding.UTF8.GetBytes(request.Method, buffer);
        buffer.Write("\0"u8);
        if (request.Arguments.ValueKind == JsonValueKind.Undefined)
            buffer.Write("{}"u8);
        else
            CanonicalJson.Write(buffer, request.Arguments);
        return SHA256.HashData(buffer.WrittenSpan);
    }
}
