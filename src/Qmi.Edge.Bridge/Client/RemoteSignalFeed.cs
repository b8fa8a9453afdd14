using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Brings the batches of one signal to its receivers. What is missing is seen from the numbers, whether it was lost in the box, on the way,
/// or while there was no connection; what comes twice is given once. When a receiver wants it, what is missing is fetched from the box's
/// history first, and what has come in the meantime waits behind it.
/// </summary>
internal sealed class RemoteSignalFeed(SignalInlet inlet, SignalRefill refill) : IRemoteFeed
{
    // What may wait for a gap to be filled. Of more, the gap stays one: a reader who is told of it is better off than one who gets nothing.
    private const int MostWaitingBytes = 8 << 20;

    private readonly Lock _gate = new();
    private readonly Queue<ReceivedBatch> _waiting = new();
    private CancellationTokenSource? _refilling;
    private int _waitingBytes;
    private string? _boot;
    private long _expected = -1;

    public bool IsStream => true;

    public void Begin()
    {
        lock (_gate)
        {
            StopRefilling();
            _waiting.Clear();
            (_waitingBytes, _boot, _expected) = (0, null, -1);
        }
    }

    public void Take(ClientMessage message)
    {
        var batch = ReceivedBatch.Read(message.Payload);
        lock (_gate)
        {
            _waiting.Enqueue(batch);
            _waitingBytes += batch.Values.Length;
            if (_refilling is null)
                GiveOut(mayRefill: true);
            else if (_waitingBytes > MostWaitingBytes)
                GiveUp();
        }
    }

    private void GiveUp()
    {
        StopRefilling();
        GiveOut(mayRefill: false);
    }

    private void StopRefilling()
    {
        _refilling?.Cancel();
        _refilling = null;
    }

    /// <summary>Gives what waits, up to the next gap that is to be filled.</summary>
    /// <param name="mayRefill">Whether the gap before the first one may still be filled.</param>
    private void GiveOut(bool mayRefill)
    {
        while (_waiting.TryPeek(out var batch))
        {
            if (mayRefill && inlet.WantsRefill && FindGaps(batch) is { Count: > 0 } gaps)
            {
                var refilling = _refilling = new CancellationTokenSource();
                _ = Task.Run(() => RefillAsync(gaps, refilling));
                return;
            }

            mayRefill = true;
            _waiting.Dequeue();
            _waitingBytes -= batch.Values.Length;
            Give(batch);
        }
    }

    private async Task RefillAsync(IReadOnlyList<SignalGap> gaps, CancellationTokenSource refilling)
    {
        var found = await refill.FetchAsync(gaps, refilling.Token).ConfigureAwait(false);
        lock (_gate)
        {
            refilling.Dispose();
            // Nobody waits for it any more.
            if (_refilling != refilling)
                return;
            _refilling = null;
            foreach (var batch in found)
                Try(() => refill.Count(Give(batch)));
            // Whatever cannot be read is taken out first, so this ends.
            for (var mayRefill = false; !Try(() => GiveOut(mayRefill)); mayRefill = true)
            {
            }
        }
    }

    private bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (JsonException)
        {
            refill.CountUnreadable();
            return false;
        }
    }

    private IReadOnlyList<SignalGap> FindGaps(ReceivedBatch batch)
    {
        if (_boot is null)
            return [];
        if (batch.Boot == _boot)
            return batch.First > _expected ? [new(_boot, _expected, batch.First)] : [];
        // How much the box said before it was restarted is not known: all that it still has of that.
        SignalGap before = new(_boot, _expected, null);
        return batch.First > 0 ? [before, new(batch.Boot, 0, batch.First)] : [before];
    }

    private int Give(ReceivedBatch batch)
    {
        if (_boot is not null && batch.Boot != _boot)
            _expected = 0;
        // A box numbers from 0 after each start. Of what there was before the first batch nobody here knows, nor wants it.
        var lost = _expected < 0 ? 0 : batch.First - _expected;
        if (lost < 0)
            return 0;
        inlet.Add(batch.Values.Span, new SignalBatch(batch.First, batch.Count, batch.Time, batch.Offsets, batch.Quality), lost);
        (_boot, _expected) = (batch.Boot, batch.First + batch.Count);
        return batch.Count;
    }
}

/// <summary>Turns the messages of one topic into values of a signal. Called one after the other.</summary>
internal interface IRemoteFeed
{
    /// <summary>Whether the messages are a stream and not documents.</summary>
    bool IsStream { get; }

    /// <summary>Somebody receives from now on.</summary>
    void Begin();

    /// <summary>A message arrived.</summary>
    /// <exception cref="JsonException">It is not what it should be.</exception>
    void Take(ClientMessage message);
}
