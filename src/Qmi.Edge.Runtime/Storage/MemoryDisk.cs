namespace Qmi.Edge.Runtime;

/// <summary>A disk that forgets, for a box that has no folder for its state.</summary>
internal sealed class MemoryDisk : IStateDisk
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _files = [];

    public byte[]? Read(string name)
    {
        lock (_gate)
            return _files.TryGetValue(name, out var content) ? [.. content] : null;
    }

    public void Write(string name, ReadOnlySpan<byte> content)
    {
        lock (_gate)
            _files[name] = content.ToArray();
    }

    public void Rename(string name, string newName)
    {
        lock (_gate)
        {
            if (!_files.Remove(name, out var content))
                throw new FileNotFoundException($"{name} does not exist.");
            _files[newName] = content;
        }
    }

    public void Delete(string name)
    {
        lock (_gate)
            _files.Remove(name);
    }

    public IReadOnlyList<string> List(string folder)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        lock (_gate)
        {
            return [.. _files.Keys
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && !name[prefix.Length..].Contains('/'))
                .Select(name => name[prefix.Length..])
                .Order(StringComparer.Ordinal)];
        }
    }

    public void FlushFolder(string folder)
    {
    }

    public IStateFile Open(string name, long size)
    {
        lock (_gate)
        {
            var content = _files.GetValueOrDefault(name, []);
            if (content.Length < size)
                Array.Resize(ref content, checked((int)size));
            _files[name] = content;
            return new MemoryFile(content);
        }
    }

    // The system gives it memory only where it is touched.
    private sealed class MemoryFile(byte[] content) : IStateFile
    {
        public long Size => content.Length;

        public void Read(long offset, Span<byte> bytes) => content.AsSpan(checked((int)offset), bytes.Length).CopyTo(bytes);

        public void Write(long offset, ReadOnlySpan<byte> bytes) => bytes.CopyTo(content.AsSpan(checked((int)offset)));

        public void Flush()
        {
        }

        public void Dispose()
        {
        }
    }
}
