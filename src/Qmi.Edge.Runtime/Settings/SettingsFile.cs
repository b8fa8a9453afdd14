namespace Qmi.Edge.Runtime;

/// <summary>Where a task's settings are on the disk.</summary>
internal sealed class SettingsFile
{
    private readonly IStateDisk _disk;
    private readonly string _name;
    private readonly AtomicFile _file;
    private readonly BackgroundSave _saving;
    private ReadOnlyMemory<byte>? _saved;

    /// <param name="state">What the box remembers.</param>
    /// <param name="task">The task.</param>
    /// <param name="save">Called in the thread that waits for the disk: calls <see cref="Save"/>.</param>
    public SettingsFile(BoxState state, string task, Action save)
    {
        _name = $"settings/{task}";
        (_disk, _file) = (state.Disk, new AtomicFile(state.Disk, _name));
        _saving = new BackgroundSave(state.Writer, $"Settings of {task}", save);
    }

    /// <summary>Where a record is kept that could not be used as it is.</summary>
    public string AsideName => _name + ".unfit";

    public LoadedState Load()
    {
        var loaded = _file.Load();
        _saved = loaded.Content;
        return loaded;
    }

    /// <summary>Asks for a save. Never blocks on the disk; not for use under a lock that the save takes.</summary>
    public Task RequestAsync() => _saving.RequestAsync();

    /// <summary>Saves now, in the calling thread.</summary>
    /// <exception cref="IOException">It is not saved.</exception>
    public void Save(byte[] record)
    {
        _file.Save(record);
        _saved = record;
    }

    /// <summary>After a save that failed: whether a restart would still find what was saved before.</summary>
    public bool IsAsBefore()
    {
        try
        {
            var (found, before) = (_file.Peek(), _saved);
            return found is null ? before is null : before is not null && found.Value.Span.SequenceEqual(before.Value.Span);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Keeps a record that cannot be used as it is where people can find it.</summary>
    public void KeepAside(ReadOnlyMemory<byte> record)
    {
        _disk.Write(AsideName, record.Span);
        _disk.FlushFolder(_name[.._name.IndexOf('/')]);
    }
}
