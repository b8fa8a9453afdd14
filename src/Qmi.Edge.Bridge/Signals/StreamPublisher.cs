using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// A signal that matters while it is new, with QoS 0. When the connection does not keep up the oldest values are given up, and the next
/// batch that goes out says how many.
/// </summary>
internal sealed class StreamPublisher(Signal signal, DataContext context) : SignalPublisher(signal, context)
{
    // More would only be older: two seconds of a number at 1 kHz.
    private const int MostWaitingBytes = 64 * 1024;

    private readonly Queue<Waiting> _waiting = new();
    private int _waitingBytes;
    private long? _handed;
    private long? _sent;

    /// <inheritdoc />
    public override bool HasWaiting => _waiting.Count > 0;

    /// <inheritdoc />
    public override void Send(long now, ref long next)
    {
        while (_waiting.TryPeek(out var batch) && TrySend(batch.First, batch.End, batch.Json))
            Forget();
    }

    /// <inheritdoc />
    protected override void Hand(SignalBatch batch, ReadOnlySpan<byte> json, long now)
    {
        // What the tap did not get.
        Context.Loss.Note(Signal, batch.First - (_handed ?? FirstSequence), now);
        _handed = batch.End;
        if (_waiting.Count == 0 && TrySend(batch.First, batch.End, json))
            return;
        _waiting.Enqueue(new Waiting(batch.First, batch.End, json.ToArray()));
        _waitingBytes += json.Length;
        while (_waitingBytes > MostWaitingBytes && _waiting.Count > 1)
        {
            var oldest = Forget();
            Context.Loss.Note(Signal, oldest.End - oldest.First, now);
        }
    }

    private bool TrySend(long first, long end, ReadOnlySpan<byte> json)
    {
        if (!TryPublish(json, first - (_sent ?? FirstSequence)))
            return false;
        _sent = end;
        return true;
    }

    private Waiting Forget()
    {
        var batch = _waiting.Dequeue();
        _waitingBytes -= batch.Json.Length;
        return batch;
    }

    private sealed record Waiting(long First, long End, byte[] Json);
}
