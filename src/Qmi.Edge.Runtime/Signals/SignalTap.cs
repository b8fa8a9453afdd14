using System.Numerics;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Reads a signal in batches of JSON, whatever its values are: for a border, which comes now and then for all there is.</summary>
public abstract class SignalTap : IDisposable
{
    private protected SignalTap()
    {
    }

    /// <summary>The signal.</summary>
    public abstract Signal Signal { get; }

    /// <summary>How many values wait in the tap.</summary>
    public abstract int Count { get; }

    /// <summary>The number of the next value that a batch would begin with if nothing were lost.</summary>
    public abstract long NextSequence { get; }

    /// <summary>Called by the signal pump when there are values after a rest, or so many that it is time to come; must not block.</summary>
    public abstract Action? Available { set; }

    /// <summary>Fetches what was published until now. One thread at a time, and the same for all that follows.</summary>
    public abstract void Pull();

    /// <summary>Ends coming: <see cref="Available"/> is called when there are values again.</summary>
    /// <returns>False when there are some already: go on coming.</returns>
    public abstract bool TryRest();

    /// <summary>Writes waiting values, oldest first, as the items of one JSON array. They follow each other without a gap and have one quality.</summary>
    /// <param name="values">Where the array goes; nothing is written when there are no values.</param>
    /// <param name="mostValues">How many values it may have.</param>
    /// <param name="mostBytes">With this many bytes it ends; the last value is written whole.</param>
    /// <param name="batch">What was written.</param>
    /// <returns>False when there are no values.</returns>
    public abstract bool TryWriteBatch(Utf8JsonWriter values, int mostValues, int mostBytes, out SignalBatch batch);

    /// <summary>Takes the last batch back: its values are written again.</summary>
    public abstract void PutBack();

    /// <summary>Ends the subscription.</summary>
    public abstract void Dispose();
}

/// <summary>Consecutive values of a signal.</summary>
/// <param name="First">Sequence number of the first.</param>
/// <param name="Count">How many.</param>
/// <param name="Time">Wall time of the first.</param>
/// <param name="Offsets">Microseconds of each since the first; valid until the next batch.</param>
/// <param name="Quality">How far they can be trusted.</param>
public readonly record struct SignalBatch(long First, int Count, DateTimeOffset Time, ReadOnlyMemory<long> Offsets, Quality Quality)
{
    /// <summary>The number after that of the last.</summary>
    public long End => First + Count;
}

internal sealed class SignalTap<T> : SignalTap
{
    private const int MostHeld = 1024;

    private readonly Signal<T> _signal;
    private readonly SignalReceiver<T> _receiver;
    private SignalValue<T>[] _values = [];
    private long[] _offsets = [];
    private int _held;
    private int _start;
    private int _lastCount;
    private long _next;

    public SignalTap(Signal<T> signal, SignalReceiver<T> receiver)
    {
        (_signal, _receiver) = (signal, receiver);
        // Before the subscription: what is lost from now on is missed.
        _next = signal.NextSequence;
        signal.Subscribe(receiver);
    }

    public override Signal Signal => _signal;

    public override int Count => _receiver.Count;

    public override long NextSequence => _next;

    public override Action? Available
    {
        set => _receiver.Added = value;
    }

    public override void Pull() => _signal.Pull();

    public override bool TryRest() => _signal.TryRest() && _receiver.Count == 0 && _start == _held;

    public override bool TryWriteBatch(Utf8JsonWriter values, int mostValues, int mostBytes, out SignalBatch batch)
    {
        if (_start == _held)
        {
            MakeRoom(_receiver.Count);
            (_start, _held) = (0, _receiver.TakeMany(_values));
        }

        if (_held == 0)
        {
            batch = default;
            return false;
        }

        var first = _values[_start];
        var count = 0;
        var before = values.BytesCommitted + values.BytesPending;
        values.WriteStartArray();
        do
        {
            ref readonly var value = ref _values[_start++];
            _offsets[count++] = (value.Monotonic - first.Monotonic) / 1000;
            _signal.DataType.Write(values, value.Value);
        }
        while (count < mostValues && Continues(first, count) && values.BytesCommitted + values.BytesPending - before < mostBytes);

        values.WriteEndArray();
        batch = new SignalBatch(first.Sequence, count, first.Time, _offsets.AsMemory(0, count), first.Quality);
        (_next, _lastCount) = (batch.End, count);
        return true;
    }

    public override void PutBack()
    {
        _start -= _lastCount;
        _next = _values[_start].Sequence;
        _lastCount = 0;
    }

    public override void Dispose() => _signal.Unsubscribe(_receiver);

    // A batch has no gaps: where values were lost, it ends and the next one begins.
    private bool Continues(in SignalValue<T> first, int count) =>
        _start < _held && _values[_start].Sequence == first.Sequence + count && _values[_start].Quality == first.Quality;

    // Most values come one by one: room for the largest batch from the start would be most of the memory of a signal.
    private void MakeRoom(int count)
    {
        var size = (int)Math.Min(MostHeld, BitOperations.RoundUpToPowerOf2((uint)count));
        if (size > _values.Length)
            (_values, _offsets) = (new SignalValue<T>[size], new long[size]);
    }
}
