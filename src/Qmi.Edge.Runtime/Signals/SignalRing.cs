using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Qmi.Edge.Runtime;

/// <summary>
/// A bounded queue from many publishers to one reader at a time, after Dmitry Vyukov: a publisher claims a cell with one compare-and-swap
/// and never waits. The word that is swapped holds the place in the queue and the number of the value, so the numbers rise along the
/// queue whoever publishes, and a value that finds no cell takes a number all the same: a gap is a loss, exactly where it happened.
/// </summary>
internal sealed class SignalRing<T>
{
    /// <summary>With more cells the numbers would have too few bits: 47 are left, enough for four years at a million values a second.</summary>
    public const int MaxCapacity = 1 << 16;

    // Of each place in the queue, and of the place one round later: that tells a free cell from a taken one.
    private readonly int _placeBits;
    private readonly ulong _places;
    private readonly int _mask;
    private Cell[]? _cells;
    private RingWords _words;

    /// <param name="capacity">How many values wait at most, rounded up to a power of two.</param>
    /// <param name="first">The number of the first value.</param>
    public SignalRing(int capacity, long first = 0)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(capacity, 4, MaxCapacity));
        _mask = (int)size - 1;
        _placeBits = BitOperations.Log2(size) + 1;
        _places = (1UL << _placeBits) - 1;
        _words.Head = (ulong)first << _placeBits;
    }

    /// <summary>The number of the next value.</summary>
    public long NextSequence => (long)(Volatile.Read(ref _words.Head) >> _placeBits);

    /// <summary>Whether no value waits. One that is being added may not be seen yet.</summary>
    public bool IsEmpty => _cells is not { } cells || !IsFilled(cells[_words.Tail & _mask].Word, _words.Tail);

    /// <summary>Whether a quarter of the cells or more are taken: time to read.</summary>
    public bool IsFilling => ((Volatile.Read(ref _words.Head) - (ulong)Volatile.Read(ref _words.Tail)) & _places) > (ulong)(_mask >> 2);

    /// <summary>Makes the cells, before the first reader.</summary>
    public void Allocate()
    {
        if (_cells is not null)
            return;
        var cells = new Cell[_mask + 1];
        for (var index = 0; index < cells.Length; index++)
            cells[index].Word = (ulong)index;
        Volatile.Write(ref _cells, cells);
    }

    /// <summary>Takes a number for a value that nobody wants.</summary>
    public void Skip()
    {
        var word = Volatile.Read(ref _words.Head);
        while (!TryMove(ref word, word + _places + 1))
        {
        }
    }

    /// <summary>Adds a value from any thread.</summary>
    /// <returns>Whether another quarter of the cells was taken by this: time to tell the reader.</returns>
    public bool Add(long monotonic, ulong stamp, in T value)
    {
        var cells = _cells!;
        var word = Volatile.Read(ref _words.Head);
        while (true)
        {
            var place = word & _places;
            ref var cell = ref cells[(int)place & _mask];
            if (Volatile.Read(ref cell.Word) != place)
            {
                // Full, unless the word is old: then it is not swapped.
                if (TryMove(ref word, word + _places + 1))
                    return false;
                continue;
            }

            if (!TryMove(ref word, (word & ~_places) + _places + 1 + ((place + 1) & _places)))
                continue;
            (cell.Monotonic, cell.Stamp, cell.Value) = (monotonic, stamp, value);
            // One more than its number, so that no filled cell looks like a free one.
            Volatile.Write(ref cell.Word, word + _places + 1);
            return ((int)place & (_mask >> 2)) == 0;
        }
    }

    /// <summary>Takes the oldest values; one reader at a time.</summary>
    /// <param name="values">Where they go.</param>
    /// <param name="next">The number of the first value that was neither taken nor lost; -1 while that is not known, because one is just being added.</param>
    public int Take(Span<SignalValue<T>> values, out long next)
    {
        var cells = _cells!;
        var (mask, tail, count) = (_mask, _words.Tail, 0);
        next = -1;
        while (count < values.Length)
        {
            ref var cell = ref cells[tail & mask];
            var word = Volatile.Read(ref cell.Word);
            if (!IsFilled(word, tail))
                break;
            var sequence = (long)(word >> _placeBits) - 1;
            values[count++] = new SignalValue<T>(sequence, cell.Monotonic, cell.Stamp, cell.Value);
            next = sequence + 1;
            if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
                cell.Value = default!;
            Volatile.Write(ref cell.Word, (ulong)(tail + mask + 1) & _places);
            tail = (int)((ulong)(tail + 1) & _places);
        }

        Volatile.Write(ref _words.Tail, tail);
        // What was lost after the last value shows in the word alone.
        if (count < values.Length && Volatile.Read(ref _words.Head) is var head && (int)(head & _places) == tail)
            next = (long)(head >> _placeBits);
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsFilled(ulong word, int place) => word > _places && (int)(word & _places) == place;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryMove(ref ulong word, ulong moved)
    {
        var seen = Interlocked.CompareExchange(ref _words.Head, moved, word);
        if (seen == word)
            return true;
        word = seen;
        return false;
    }

    private struct Cell
    {
        public ulong Word;
        public long Monotonic;
        public ulong Stamp;
        public T Value;
    }
}

// Publishers write Head, the reader writes Tail: on cache lines of their own, also apart from what both only read, they do not slow each other down.
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal struct RingWords
{
    [FieldOffset(64)]
    public ulong Head;

    [FieldOffset(128)]
    public int Tail;
}
