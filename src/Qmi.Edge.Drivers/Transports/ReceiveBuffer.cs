namespace Qmi.Edge.Drivers;

/// <summary>
/// What was received and not yet asked for. Bytes leave it only when a read succeeds, so a timeout loses nothing.
/// What was taken stays readable until the next call that adds.
/// </summary>
internal sealed class ReceiveBuffer
{
    // One Ethernet frame's worth three times over: an instrument's line fits, and small boxes do not notice it.
    private byte[] _bytes = new byte[4096];
    private int _start;
    private int _end;

    public int Count => _end - _start;

    public ReadOnlySpan<byte> Pending => _bytes.AsSpan(_start.._end);

    /// <summary>Room to receive into, at least one byte; say how much came with <see cref="Added"/>.</summary>
    public Span<byte> GetRoom()
    {
        Reserve(1);
        return _bytes.AsSpan(_end);
    }

    public void Added(int count) => _end += count;

    public ReadOnlySpan<byte> Take(int count)
    {
        var taken = _bytes.AsSpan(_start, count);
        _start += count;
        return taken;
    }

    /// <summary>Takes as much as there is, up to the size of <paramref name="destination"/>.</summary>
    public int TakeInto(Span<byte> destination)
    {
        var count = Math.Min(Count, destination.Length);
        Take(count).CopyTo(destination);
        return count;
    }

    /// <summary>Gives back what a failed read had already received; the buffer is empty at that moment.</summary>
    public void PutBack(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }

    public void Clear() => _start = _end = 0;

    private void Reserve(int room)
    {
        if (Count == 0)
            Clear();
        if (_bytes.Length - _end >= room)
            return;

        var pending = Pending;
        if (_bytes.Length - pending.Length >= room && _start >= _bytes.Length / 2)
        {
            pending.CopyTo(_bytes);
        }
        else
        {
            var larger = new byte[Math.Max(_bytes.Length * 2, pending.Length + room)];
            pending.CopyTo(larger);
            _bytes = larger;
        }

        (_start, _end) = (0, pending.Length);
    }
}
