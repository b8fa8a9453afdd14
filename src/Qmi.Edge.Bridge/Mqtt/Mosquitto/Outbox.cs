using System.Runtime.InteropServices;

namespace Qmi.Edge.Bridge;

/// <summary>
/// What waits to be sent: a ring of records in native memory, bounded in bytes because that is what memory is. Any thread adds, the
/// connection's thread looks at the oldest and removes it. Closed while there is no connection, so that nothing is accepted that nobody would answer for.
/// </summary>
internal sealed unsafe class Outbox : IDisposable
{
    // In place of a size: the rest of the ring is unused, the next record is at its beginning.
    private const int Wrapped = -1;

    private readonly Lock _gate = new();
    private readonly int _capacity;
    private byte* _memory;
    private int _head;
    private int _tail;
    private int _used;
    private bool _open;
    private bool _sealed;
    private bool _refused;

    public Outbox(int capacity)
    {
        _capacity = capacity & ~(OutboxRecord.Alignment - 1);
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)_capacity, 64);
    }

    ~Outbox() => Free();

    public bool IsEmpty => Volatile.Read(ref _used) == 0;

    public bool IsOpen => Volatile.Read(ref _open);

    /// <summary>Adds a publication.</summary>
    /// <param name="publication">Valid.</param>
    /// <param name="wasEmpty">True when the connection's thread may be asleep.</param>
    /// <returns>False when closed or full.</returns>
    public bool TryAdd(in MqttPublication publication, out bool wasEmpty)
    {
        var size = GetFittingSize(OutboxRecord.Measure(publication));
        lock (_gate)
        {
            wasEmpty = _used == 0;
            var record = Reserve(size);
            if (record is null)
                return false;
            OutboxRecord.Write(record, size, publication);
            return true;
        }
    }

    /// <summary>Adds the wish for a subscription, or for the end of one.</summary>
    public bool TryAdd(OutboxKind kind, string filter, MqttQos qos, byte options, out bool wasEmpty)
    {
        var size = GetFittingSize(OutboxRecord.Measure(filter));
        lock (_gate)
        {
            wasEmpty = _used == 0;
            var record = Reserve(size);
            if (record is null)
                return false;
            OutboxRecord.Write(record, size, kind, filter, qos, options);
            return true;
        }
    }

    /// <summary>The oldest record, or null. It stays where it is until <see cref="Remove"/>. Only for the connection's thread.</summary>
    public OutboxRecord* Peek()
    {
        lock (_gate)
            return _used == 0 ? null : (OutboxRecord*)(_memory + _head);
    }

    /// <summary>Removes the oldest record. Only for the connection's thread.</summary>
    /// <returns>True when somebody was refused and there is room again.</returns>
    public bool Remove()
    {
        lock (_gate)
        {
            Advance(((OutboxRecord*)(_memory + _head))->Size);
            if (!_refused || _used > _capacity / 2)
                return false;
            _refused = false;
            return true;
        }
    }

    /// <summary>From now on records are accepted.</summary>
    public void Open()
    {
        lock (_gate)
            (_open, _refused) = (!_sealed, false);
    }

    /// <summary>From now on none are; those within stay.</summary>
    public void Close()
    {
        lock (_gate)
            _open = false;
    }

    /// <summary>From now on none are, ever.</summary>
    public void Seal()
    {
        lock (_gate)
            (_open, _sealed) = (false, true);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        lock (_gate)
        {
            (_open, _sealed) = (false, true);
            _used = 0;
            NativeMemory.AlignedFree(_memory);
            _memory = null;
        }
    }

    private int GetFittingSize(int size) => size <= _capacity
        ? size
        : throw new ArgumentException($"A publication of {size} bytes does not fit into an outbox of {_capacity}: raise MqttOptions.OutboxBytes or send it in parts.");

    private OutboxRecord* Reserve(int size)
    {
        if (!_open)
            return null;

        // An empty ring begins anew: the memory in use stays small and warm, and the largest record always fits.
        if (_used == 0)
            (_head, _tail) = (0, 0);

        var isSplit = _tail < _head || (_tail == _head && _used > 0);
        var contiguous = (isSplit ? _head : _capacity) - _tail;
        if (size > contiguous)
        {
            if (isSplit || size > _head)
            {
                _refused = true;
                return null;
            }

            if (contiguous > 0)
                ((OutboxRecord*)(_memory + _tail))->Size = Wrapped;
            _used += contiguous;
            _tail = 0;
        }

        var record = (OutboxRecord*)(_memory + _tail);
        _tail += size;
        _used += size;
        if (_tail == _capacity)
            _tail = 0;
        return record;
    }

    private void Advance(int size)
    {
        _head += size;
        _used -= size;
        if (_used > 0 && (_head == _capacity || *(int*)(_memory + _head) == Wrapped))
        {
            _used -= _capacity - _head;
            _head = 0;
        }
    }
}
