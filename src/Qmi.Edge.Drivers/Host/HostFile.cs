namespace Qmi.Edge.Drivers;

/// <summary>
/// A small file of the kernel that is read again and again: one descriptor, one <c>pread</c>, no allocation, and no exception for what is not there.
/// </summary>
internal sealed unsafe class HostFile(string path) : IDisposable
{
    private SafeDescriptor? _descriptor;

    /// <summary>The beginning of the file, in <paramref name="buffer"/>; empty when it cannot be read.</summary>
    public ReadOnlySpan<byte> Read(Span<byte> buffer)
    {
        _descriptor ??= Libc.TryOpen(path, Libc.OpenReadOnly | Libc.OpenCloseOnExec);
        if (_descriptor is null)
            return [];

        nint count;
        fixed (byte* first = buffer)
            count = Libc.ReadAt(_descriptor, first, (nuint)buffer.Length, offset: 0);
        if (count >= 0)
            return buffer[..(int)count];

        // A sensor may have gone, or not have come yet: the next read tries to open it again.
        Dispose();
        return [];
    }

    public void Dispose()
    {
        _descriptor?.Dispose();
        _descriptor = null;
    }
}
