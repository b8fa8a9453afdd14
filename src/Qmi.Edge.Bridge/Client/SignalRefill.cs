using System.Runtime.InteropServices;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Fetches what is missing of a signal from the history that its box keeps.</summary>
internal sealed class SignalRefill(ClientDesk desk, ClientLink link, string box, string name, string signal)
{
    private static readonly RpcMethodDescription Method = new() { Name = "signal_range", Access = RpcAccess.Read, Idempotent = true };

    /// <summary>What the box still has of some gaps, in order and without anything else. What could not be fetched is missing in it, and is seen from the numbers.</summary>
    public async Task<IReadOnlyList<ReceivedBatch>> FetchAsync(IReadOnlyList<SignalGap> gaps, CancellationToken cancellationToken)
    {
        var found = new List<ReceivedBatch>();
        foreach (var gap in gaps)
        {
            try
            {
                await FetchAsync(gap, found, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is QmiException or JsonException or InvalidOperationException or KeyNotFoundException)
            {
                if (!cancellationToken.IsCancellationRequested)
                    link.Logger.NotRefilled(signal, name, box, exception.Message);
            }
        }

        return found;
    }

    /// <summary>So many values were fetched and given to their readers.</summary>
    public void Count(long values) => link.Counters.Refilled(values);

    /// <summary>A batch was not what it should be.</summary>
    public void CountUnreadable() => link.Counters.Unreadable();

    private async Task FetchAsync(SignalGap gap, List<ReceivedBatch> found, CancellationToken cancellationToken)
    {
        var bytes = 0L;
        for (long? next = gap.From; next is { } from && bytes <= link.MaximumResultBytes;)
        {
            var answer = await desk.CallAsync(new ClientRequest(box, name, Method, Arguments(gap with { From = from }), link.DefaultTimeout, null), cancellationToken).ConfigureAwait(false);
            foreach (var json in answer.GetProperty("batches").EnumerateArray())
            {
                if (ReceivedBatch.Read(JsonMarshal.GetRawUtf8Value(json).ToArray()).Slice(from, gap.To) is not { } batch)
                    continue;
                found.Add(batch);
                from = batch.First + batch.Count;
                bytes += batch.Values.Length;
            }

            next = answer.TryGetProperty("next", out var goOn) && goOn.GetInt64() is var place && place > next ? place : null;
        }
    }

    private byte[] Arguments(SignalGap gap)
    {
        using var buffer = JsonBuffer.Rent();
        var writer = buffer.Writer;
        writer.WriteStartObject();
        writer.WriteString("signal"u8, signal);
        writer.WriteString("boot"u8, gap.Boot);
        writer.WriteNumber("from"u8, gap.From);
        if (gap.To is { } to)
            writer.WriteNumber("to"u8, to);
        writer.WriteEndObject();
        return buffer.Written.ToArray();
    }
}
