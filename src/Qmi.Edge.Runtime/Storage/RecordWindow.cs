namespace Qmi.Edge.Runtime;

/// <summary>Reads a file from its beginning to its end through a small buffer.</summary>
internal sealed class RecordWindow(IStateFile file, long size)
{
    private const int Chunk = 64 * 1024;

    private byte[] _bytes = new byte[Chunk];
    private long _begin;
    private int _count;

    /// <summary>Some bytes of the file, valid until the next call; false when they are not all inside of it.</summary>
    public bool TryGet(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (length > size - offset)
            return false;
        if (offset < _begin || offset + length > _begin + _count)
            Load(offset, length);
        bytes = _bytes.AsSpan((int)(offset - _begin), length);
        return true;
    }

    private void Load(long offset, int length)
    {
        if (length > _bytes.Length)
            _bytes = new byte[length];
        _begin = offset;
        _count = (int)Math.Min(_bytes.Length, size - offset);
        file.Read(offset, _bytes.AsSpan(0, _count));
    }
}
