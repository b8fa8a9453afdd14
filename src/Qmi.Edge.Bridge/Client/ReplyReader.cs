using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What a box has answered.</summary>
/// <param name="IsFinal">Whether it is the answer; interim ones only say that the work goes on.</param>
/// <param name="Result">The result, when there is no error.</param>
/// <param name="Error">The error.</param>
internal readonly record struct ClientAnswer(bool IsFinal, JsonElement Result, QmiException? Error);

/// <summary>Reads replies as the contract has them.</summary>
internal static class ReplyReader
{
    /// <summary>Reads a reply; null when it is not one to the request of that id.</summary>
    public static ClientAnswer? TryRead(ReadOnlySpan<byte> payload, string id, string target)
    {
        JsonElement root;
        try
        {
            root = EnvelopeReader.Parse(payload);
        }
        catch (QmiException)
        {
            // Whoever reads it counts it.
            return null;
        }

        if (ErrorReader.Text(root, "id") != id)
            return null;
        var isFinal = !root.TryGetProperty("final", out var final) || final.ValueKind != JsonValueKind.False;
        if (root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
            return new ClientAnswer(isFinal, default, ErrorReader.Read(error, target));
        if (root.TryGetProperty("result", out var result))
            return new ClientAnswer(isFinal, result, null);
        return isFinal ? null : new ClientAnswer(false, default, null);
    }
}
