namespace Qmi.Edge.Runtime;

/// <summary>Where a lock table keeps what must survive a restart.</summary>
internal interface ILockStore
{
    /// <summary>What was saved last, as far as it can be known; its mark is never below a number that was given. Never throws.</summary>
    LoadedLocks Load();

    /// <summary>Puts the content on the disk. One thread at a time.</summary>
    /// <exception cref="IOException">It is not there, or not for certain.</exception>
    void Save(LocksContent content);

    /// <summary>Makes what asks for a save: it returns at once, and <paramref name="save"/> runs soon, once for all who asked meanwhile.</summary>
    Action CreateRequest(Action save);
}
