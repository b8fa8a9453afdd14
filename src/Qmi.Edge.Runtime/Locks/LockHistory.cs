namespace Qmi.Edge.Runtime;

/// <summary>How the last locks of an object ended, for whoever still believes to hold one of them. Under the gate of the table.</summary>
internal sealed class LockHistory
{
    // A caller that was away for longer is told that its lock is lost, without the story.
    private const int Depth = 16;

    private readonly Queue<LockEvent> _ends = new(Depth);

    public void Add(LockEvent end)
    {
        if (_ends.Count == Depth)
            _ends.Dequeue();
        _ends.Enqueue(end);
    }

    /// <summary>The end of the lock that a caller means; null when it is forgotten, or never was.</summary>
    public LockEvent? Find(Caller caller, string? token, ulong? fence)
    {
        LockEvent? found = null;
        foreach (var end in _ends)
        {
            if (end.Owner == caller.Name && (token is null ? end.Fence == fence : end.Secret is null || end.Secret.Matches(token)))
                found = end;
        }

        return found;
    }
}
