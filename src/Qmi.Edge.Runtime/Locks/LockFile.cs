namespace Qmi.Edge.Runtime;

/// <summary>The file <c>locks</c> in the state folder of a box.</summary>
internal sealed class LockFile(BoxState state, TimeProvider timeProvider) : ILockStore
{
    public const string FileName = "locks";

    // Beyond every number that may have been used since the save before the last one: a block that was set aside, and one number for each
    // grant that no disk took. Two million of these jumps fit below 2^53, up to which every reader of JSON is exact.
    private const ulong Jump = 1UL << 32;

    private readonly AtomicFile _file = new(state.Disk, FileName);

    public LoadedLocks Load()
    {
        try
        {
            // Not there, but its predecessor is: the power was cut between two renames, or a damaged one was set aside by an earlier start.
            var isThere = state.Disk.Read(FileName) is not null;
            var (bytes, damage) = _file.Load();
            if (bytes is { } found && LocksFormat.TryRead(found.Span) is { } content)
                return isThere && damage is null ? new LoadedLocks(content, null) : new LoadedLocks(content with { Mark = content.Mark + Jump }, damage is null ? null : $"{damage} Fences go on from {content.Mark + Jump}; a lock that was granted last may be forgotten.");
            return HasRemains(isThere) ? FromClock(damage ?? $"{FileName} cannot be used.") : new LoadedLocks(LocksContent.Empty, null);
        }
        catch (IOException exception)
        {
            return FromClock($"{FileName} cannot be read ({exception.Message}).");
        }
    }

    public void Save(LocksContent content) => _file.Save(LocksFormat.Write(content));

    public Action CreateRequest(Action save)
    {
        var background = new BackgroundSave(state.Writer, FileName, save);
        // The outcome is told to the table by the save itself.
        return () => _ = background.RequestAsync();
    }

    private bool HasRemains(bool isThere) => isThere || state.Disk.Read(FileName + ".old") is not null || state.Disk.Read(FileName + ".damaged") is not null;

    // Nothing is left to know the numbers by. Nobody locks a thousand times a second for years, so the clock is ahead of all that were given.
    private LoadedLocks FromClock(string damage)
    {
        var mark = (ulong)Math.Max(0, timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
        return new LoadedLocks(LocksContent.Empty with { Mark = mark }, $"{damage} All locks are forgotten, and fences go on from {mark}, taken from the clock. Check the disk, and that the clock was right.");
    }
}
