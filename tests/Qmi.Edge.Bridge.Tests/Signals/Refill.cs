using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>What a consumer does that has seen a gap: asks for the range, part by part, and puts the values in their places.</summary>
internal static class Refill
{
    public static async Task<SortedDictionary<long, double>> FetchAsync(RpcObject target, string signal, string boot, long from, long to)
    {
        var values = new SortedDictionary<long, double>();
        for (long? next = from; next is { } begin;)
        {
            var reply = await target.DispatchAsync(new RpcRequest
            {
                Caller = Caller.Local,
                Method = "signal_range",
                Verb = RpcAccess.Read,
                Arguments = JsonDocument.Parse($$"""{"signal":"{{signal}}","boot":"{{boot}}","from":{{begin}},"to":{{to}}}""").RootElement,
            });
            next = TakeAnswer(JsonDocument.Parse(reply.Result).RootElement, values);
        }

        return values;
    }

    /// <summary>Takes one part; says where to ask on.</summary>
    public static long? TakeAnswer(JsonElement range, SortedDictionary<long, double> values)
    {
        Assert.Equal(0, range.GetProperty("missing").GetArrayLength());
        foreach (var batch in range.GetProperty("batches").EnumerateArray())
            Take(batch, values);
        return range.TryGetProperty("next", out var next) ? next.GetInt64() : null;
    }

    public static void Take(JsonElement batch, SortedDictionary<long, double> values)
    {
        var number = batch.GetProperty("s").GetInt64();
        foreach (var value in batch.GetProperty("values").EnumerateArray())
            values[number++] = value.GetDouble();
    }
}
