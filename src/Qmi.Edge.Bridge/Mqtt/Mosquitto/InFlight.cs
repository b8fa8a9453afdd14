namespace Qmi.Edge.Bridge;

/// <summary>QoS 1 publications that the broker has not acknowledged, oldest first: acknowledgements come in about that order.</summary>
internal sealed class InFlight(int capacity)
{
    private readonly ushort[] _identifiers = new ushort[capacity];
    private readonly long[] _tokens = new long[capacity];
    private readonly long[] _times = new long[capacity];

    public int Count { get; private set; }

    /// <summary>When the oldest was sent, monotonic nanoseconds; only when there is one.</summary>
    public long Oldest => _times[0];

    public bool Contains(ushort identifier) => _identifiers.AsSpan(0, Count).Contains(identifier);

    public void Add(ushort identifier, long token, long now)
    {
        (_identifiers[Count], _tokens[Count], _times[Count]) = (identifier, token, now);
        Count++;
    }

    /// <summary>Takes out the one with this identifier.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryRemove(ushort identifier, out long token)
    {
        var index = _identifiers.AsSpan(0, Count).IndexOf(identifier);
        token = index < 0 ? 0 : _tokens[index];
        if (index < 0)
            return false;

        Count--;
        _identifiers.AsSpan((index + 1)..(Count + 1)).CopyTo(_identifiers.AsSpan(index));
        _tokens.AsSpan((index + 1)..(Count + 1)).CopyTo(_tokens.AsSpan(index));
        _times.AsSpan((index + 1)..(Count + 1)).CopyTo(_times.AsSpan(index));
        return true;
    }

    /// <summary>Takes out the oldest.</summary>
    public bool TryRemoveOldest(out long token)
    {
        token = 0;
        return Count > 0 && TryRemove(_identifiers[0], out token);
    }
}
