using Qmi.Edge.Runtime;

namespace Qmi.Edge.Testing;

/// <summary>
/// A disk in memory whose power can be cut between or within any two operations. After the cut it has what was flushed, and of the rest
/// whatever a seed says: writes torn at sectors, names changed or not. Everything that uses it is repeatable.
/// </summary>
/// <param name="seed">Decides what survives.</param>
public sealed class CrashingDisk(int seed = 0) : IStateDisk
{
    private const int Sector = 512;

    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, Inode> _names = [];
    private readonly List<NameChange> _changes = [];
    private Dictionary<string, Inode> _durableNames = [];
    private int _operations;
    private bool _isOff;

    /// <summary>How many operations that change something were begun so far.</summary>
    public int Operations
    {
        get
        {
            lock (_gate)
                return _operations;
        }
    }

    /// <summary>The operation, counted from 0, at which the power fails: it and all after it throw. Null = never.</summary>
    public int? FailsAt { get; set; }

    /// <summary>The power was cut by <see cref="FailsAt"/>: whatever the process that uses the disk still does, nobody hears of it.</summary>
    public bool IsOff
    {
        get
        {
            lock (_gate)
                return _isOff;
        }
    }

    /// <summary>No file can be made or grow; what was reserved can be written.</summary>
    public bool IsFull { get; set; }

    /// <summary>Every flush and every change throws, and the power stays on: a card that fails.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Called before every operation that changes something, with its description.</summary>
    public Action<string>? Before { get; set; }

    /// <summary>Cuts the power now. What was not flushed survives or not, as the seed says; then the disk can be used again.</summary>
    public void Cut()
    {
        lock (_gate)
            CutNow();
    }

    /// <summary>The power is back after <see cref="FailsAt"/>.</summary>
    public void PowerUp()
    {
        lock (_gate)
            (_isOff, FailsAt) = (false, null);
    }

    /// <summary>Changes one byte of a file by itself, as worn-out flash does.</summary>
    public void Flip(string name, int offset, byte mask)
    {
        lock (_gate)
        {
            var inode = _names[name];
            inode.Volatile[offset] ^= mask;
            inode.Durable[offset] ^= mask;
        }
    }

    /// <summary>Cuts a file short.</summary>
    public void Truncate(string name, int length)
    {
        lock (_gate)
        {
            var inode = _names[name];
            inode.Volatile = inode.Volatile[..length];
            inode.Durable = inode.Durable[..Math.Min(length, inode.Durable.Length)];
        }
    }

    public byte[]? Read(string name)
    {
        lock (_gate)
        {
            ThrowIfOff();
            return _names.TryGetValue(name, out var inode) ? [.. inode.Volatile] : null;
        }
    }

    public void Write(string name, ReadOnlySpan<byte> content)
    {
        lock (_gate)
        {
            var inode = _names.GetValueOrDefault(name);
            if (IsFull && content.Length > (inode?.Volatile.Length ?? 0))
                throw new IOException("No space left on device");
            if (inode is null)
            {
                inode = new Inode();
                Change(new NameChange(null, name, inode));
            }

            // In the middle of it the file has some of the new content.
            var bytes = content.ToArray();
            inode.Unflushed.Add(new WriteAt(0, bytes, Truncates: true));
            inode.Volatile = bytes;
            Begin($"write {name}");
            inode.Flush();
        }
    }

    public void Rename(string name, string newName)
    {
        lock (_gate)
        {
            Begin($"rename {name} {newName}");
            if (!_names.TryGetValue(name, out var inode))
                throw new FileNotFoundException(name);
            Change(new NameChange(name, newName, inode));
        }
    }

    public void Delete(string name)
    {
        lock (_gate)
        {
            Begin($"delete {name}");
            if (_names.ContainsKey(name))
                Change(new NameChange(name, null, null));
        }
    }

    public IReadOnlyList<string> List(string folder)
    {
        lock (_gate)
        {
            ThrowIfOff();
            var prefix = folder.Length == 0 ? "" : folder + "/";
            return [.. _names.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && !name[prefix.Length..].Contains('/')).Select(name => name[prefix.Length..]).Order(StringComparer.Ordinal)];
        }
    }

    public void FlushFolder(string folder)
    {
        lock (_gate)
        {
            Begin($"flush {folder}/");
            _changes.Clear();
            _durableNames = new Dictionary<string, Inode>(_names);
        }
    }

    public IStateFile Open(string name, long size)
    {
        lock (_gate)
        {
            ThrowIfOff();
            if (!_names.TryGetValue(name, out var inode))
            {
                if (IsFull)
                    throw new IOException("No space left on device");
                inode = new Inode();
                Change(new NameChange(null, name, inode));
            }

            if (inode.Volatile.Length < size)
            {
                if (IsFull)
                    throw new IOException("No space left on device");
                Array.Resize(ref inode.Volatile, (int)size);
                Array.Resize(ref inode.Durable, (int)size);
                // Reserving ends with a flush, and file systems put a new name on the disk with the file.
                _durableNames[name] = inode;
                _changes.RemoveAll(change => change.Inode == inode);
            }

            return new OpenFile(this, name, inode);
        }
    }

    private void ThrowIfOff()
    {
        if (_isOff)
            throw new IOException("The power is off.");
    }

    private void Begin(string what)
    {
        ThrowIfOff();
        Before?.Invoke(what);
        if (IsBroken)
            throw new IOException("Input/output error");
        if (_operations++ != FailsAt)
            return;
        CutNow();
        _isOff = true;
        throw new IOException($"The power was cut: {what}");
    }

    private void Change(NameChange change)
    {
        Apply(_names, change);
        _changes.Add(change);
    }

    private static void Apply(Dictionary<string, Inode> names, NameChange change)
    {
        if (change.From is not null)
            names.Remove(change.From);
        if (change.To is not null)
            names[change.To] = change.Inode!;
    }

    private void CutNow()
    {
        var survivors = new Dictionary<string, Inode>(_durableNames);
        // File systems keep the order of names: some of the last changes are gone.
        foreach (var change in _changes.Take(_random.Next(_changes.Count + 1)))
            Apply(survivors, change);
        _changes.Clear();
        foreach (var inode in survivors.Values.Concat(_names.Values).Distinct())
            inode.Cut(_random);
        _names.Clear();
        foreach (var (name, inode) in survivors)
            _names[name] = inode;
        _durableNames = survivors;
    }

    private sealed record NameChange(string? From, string? To, Inode? Inode);

    private sealed record WriteAt(int Offset, byte[] Bytes, bool Truncates = false);

    private sealed class Inode
    {
        public byte[] Volatile = [];
        public byte[] Durable = [];

        public List<WriteAt> Unflushed { get; } = [];

        public void Flush()
        {
            foreach (var write in Unflushed)
            {
                if (write.Truncates)
                    Durable = [.. write.Bytes];
                else
                    write.Bytes.CopyTo(Durable.AsSpan(write.Offset));
            }

            Unflushed.Clear();
        }

        public void Cut(Random random)
        {
            foreach (var write in Unflushed)
                Survive(write, random);
            Unflushed.Clear();
            Volatile = [.. Durable];
        }

        private void Survive(WriteAt write, Random random)
        {
            if (write.Truncates)
            {
                if (random.Next(3) > 0)
                    Durable = write.Bytes[..random.Next(write.Bytes.Length + 1)];
                return;
            }

            // Sector by sector, in any order.
            for (var begin = write.Offset; begin < write.Offset + write.Bytes.Length;)
            {
                var end = Math.Min(write.Offset + write.Bytes.Length, ((begin / Sector) + 1) * Sector);
                if (random.Next(2) == 0)
                    write.Bytes.AsSpan(begin - write.Offset, end - begin).CopyTo(Durable.AsSpan(begin));
                begin = end;
            }
        }
    }

    private sealed class OpenFile(CrashingDisk disk, string name, Inode inode) : IStateFile
    {
        public long Size => inode.Volatile.Length;

        public void Read(long offset, Span<byte> bytes)
        {
            lock (disk._gate)
            {
                disk.ThrowIfOff();
                inode.Volatile.AsSpan((int)offset, bytes.Length).CopyTo(bytes);
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            lock (disk._gate)
            {
                disk.ThrowIfOff();
                inode.Unflushed.Add(new WriteAt((int)offset, bytes.ToArray()));
                bytes.CopyTo(inode.Volatile.AsSpan((int)offset));
                disk.Begin($"write {name}@{offset}");
            }
        }

        public void Flush()
        {
            lock (disk._gate)
            {
                disk.Begin($"flush {name}");
                inode.Flush();
            }
        }

        public void Dispose()
        {
        }
    }
}
