using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Reads a signal in batches of JSON, whatever its values are: for a border.</summary>
public abstract class SignalTap : IDisposable
{
    private protected SignalTap()
    {
    }

    /// <summary>The signal.</summary>
    public abstract Signal Signal { get; }

    /// <summary>Called by the signal pump when there are values; must not block.</summary>
    public abstract Action? Available { set; }

    /// <summary>Writes the waiting values, oldest first, as the items of one JSON array.</summary>
    /// <param name="values">Where the array goes; nothing is written when there are no values.</param>
    /// <param name="batch">What was written.</param>
    /// <returns>False when there are no values.</returns>
    public abstract bool TryWriteBatch(Utf8JsonWriter values, out SignalBatch batch);

    /// <summary>Ends the subscription.</summary>
    public abstract void Dispose();
}

/// <summary>Consecutive values of a signal.</summary>
/// <param name="First">Sequence number of the first.</param>
/// <param name="Count">How many.</param>
/// <param name="Time">Wall time of the first.</param>
/// <param name="Offsets">Microseconds of each since the first; valid until the next batch.</param>
/// <param name="Lost">How many were lost since the last batch.</param>
public readonly record struct SignalBatch(long First, int Count, DateTimeOffset Time, ReadOnlyMemory<long> Offsets, long Lost);

internal sealed class SignalTap<T> : SignalTap
{
    private const int MostPerBatch = 1000;
    private readonly Signal<T> _signal;
    private readonly SignalReceiver<T> _receiver;
    private SignalValue<T>[] _values = [];
    private long[] _offsets = [];
    private int _held;
    private int _start;
    private long _lostReported;

    public SignalTap(Signal<T> signal, SignalReceiver<T> receiver) => (_signal, _receiver) = (signal, receiver);

    public override Signal Signal => _signal;

    public override Action? Available
    {
        set => _receiver.Added = value;
    }

    public override bool TryWriteBatch(Utf8JsonWriter values, out SignalBatch batch)
    {
        if (_start == _held)
        {
            MakeRoom(_receiver.Count);
            (_start, _held) = (0, _receiver.TakeMany(_values, out _));
        }

        if (_held == 0)
        {
            batch = default;
            return false;
        }

        var first = _values[_start];
        var count = 0;
        values.WriteStartArray();
        // A batch has no gaps: where values were lost, it ends and the next one begins.
        while (_start < _held && _values[_start].Sequence == first.Sequence + count)
        {
            ref readonly var value = ref _values[_start++];
            _offsets[count++] = (value.Monotonic - first.Monotonic) / 1000;
            _signal.DataType.Write(values, value.Value);
        }

        values.WriteEndArray();
        var lost = _receiver.Lost;
        batch = new SignalBatch(first.Sequence, count, first.Time, _offsets.AsMemory(0, count), lost - _lostReported);
        _lostReported = lost;
        return true;
    }

    public override void Dispose() => _signal.Unsubscribe(_receiver);

    // Most values come one by one: room for the largest batch from the start would be most of the memory of a signal.
    private void MakeRoom(int count)
    {
        var size = (int)Math.Min(MostPerBatch, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count));
        if (size > _values.Length)
            (_values, _offsets) = (new SignalValue<T>[size], new long[size]);
    }
}
