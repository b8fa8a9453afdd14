namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <summary>The real file on a disk that may fail at any operation, and with it the box.</summary>
internal sealed class ModelStore(ModelBox box, ModelWorld world, LockFile file) : ILockStore
{
    private Action? _waiting;

    /// <summary>How long the disk takes; zero = it is part of whatever needs it.</summary>
    public TimeSpan SaveDelay { get; set; }

    public LoadedLocks Load() => file.Load();

    public void Save(LocksContent content)
    {
        try
        {
            file.Save(content);
        }
        catch (IOException)
        {
            if (world.Disk.FailsAt < world.Disk.Operations)
                box.Die();
            throw;
        }
    }

    public Action CreateRequest(Action save)
    {
        var inline = file.CreateRequest(save);
        return () =>
        {
            if (box.IsDead)
                return;
            if (SaveDelay == TimeSpan.Zero)
                inline();
            else if (_waiting is null)
                Later(inline);
        };
    }

    public void SaveNow()
    {
        var waiting = _waiting;
        _waiting = null;
        waiting?.Invoke();
    }

    private void Later(Action save)
    {
        _waiting = save;
        world.After(SaveDelay, () =>
        {
            if (!box.IsDead)
                SaveNow();
        });
    }
}
