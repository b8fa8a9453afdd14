using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Qmi.Edge.Runtime;

/// <summary>
/// A bounded queue from many publishers to the one signal pump, after Dmitry Vyukov: a publisher claims a cell with one compare-and-swap
/// and never waits; when all cells are taken the value is counted as lost.
/// </summary>
internal sealed class SignalRing<T>
{
    private readonly Cell[] _cells;
    private readonly int _mask;
    private RingPositions _positions;
    private long _lost;

    public SignalRing(int capacity)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, capacity));
        _cells = new Cell[size];
        _mask = size - 1;
        for (var index = 0; index < size; index++)
            _cells[index].Turn = index;
    }

    /// <summary>How many values found no free cell.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Adds a value from any thread.</summary>
    public bool TryAdd(in SignalValue<T> value)
    {
        var position = Volatile.Read(ref _positions.Head);
        while (true)
        {
            ref var cell = ref _cells[position & _mask];
            var ahead = Volatile.Read(ref cell.Turn) - position;
            if (ahead < 0)
            {
                Interlocked.Increment(ref _lost);
                return false;
            }

            if (ahead > 0)
            {
                position = Volatile.Read(ref _positions.Head);
                continue;
            }

            var seen = Interlocked.CompareExchange(ref _positions.Head, position + 1, position);
            if (seen == position)
            {
                cell.Value = value;
                Volatile.Write(ref cell.Turn, position + 1);
                return true;
            }

            position = seen;
        }
    }

    /// <summary>Takes the oldest value; only for the pump.</summary>
    public bool TryTake(out SignalValue<T> value)
    {
        var position = _positions.Tail;
        ref var cell = ref _cells[position & _mask];
        if (Volatile.Read(ref cell.Turn) != position + 1)
        {
            value = default;
            return false;
        }

        value = cell.Value;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            cell.Value = default;
        Volatile.Write(ref cell.Turn, position + _mask + 1);
        _positions.Tail = position + 1;
        return true;
    }

    private struct Cell
    {
        public long Turn;
        public SignalValue<T> Value;
    }
}

// Publishers write Head, the pump writes Tail: on separate cache lines they do not slow each other down.
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal struct RingPositions
{
    [FieldOffset(64)]
    public long Head;

    [FieldOffset(128)]
    public long Tail;
}
