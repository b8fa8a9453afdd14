namespace Qmi.Edge.Runtime;

/// <summary>
/// The callers whose locks are bound to their presence, and what is known of it. A will can be sent although its client is well, so a
/// presence only shortens leases; and one that nobody has seen is no presence. Under the gate of the table.
/// </summary>
/// <param name="grace">What a lost presence leaves of a lease.</param>
internal sealed class LockBindings(TimeSpan grace)
{
    private readonly Dictionary<string, Presence> _callers = [];

    private enum Presence
    {
        Unknown,
        Present,
        Gone,
    }

    public IReadOnlyCollection<string> Callers => _callers.Keys;

    /// <summary>What a lost presence leaves of a lease, in nanoseconds.</summary>
    public long Grace { get; } = Math.Max(1, MonotonicTime.ToNanoseconds(grace));

    public bool IsGone(string caller) => _callers.GetValueOrDefault(caller) == Presence.Gone;

    /// <summary>Notes what is known of a presence; false when it changes nothing.</summary>
    public bool TryReport(string caller, bool isPresent)
    {
        if (!_callers.TryGetValue(caller, out var known) || (known == Presence.Unknown && !isPresent))
            return false;
        _callers[caller] = isPresent ? Presence.Present : Presence.Gone;
        return true;
    }

    /// <summary>Finds out whose presence matters now; false when it is the same callers as before.</summary>
    public bool Update(IEnumerable<ObjectLock> locks)
    {
        var bound = locks.SelectMany(target => target.BoundCallers).ToHashSet();
        var gone = _callers.Keys.Where(caller => !bound.Contains(caller)).ToArray();
        foreach (var caller in gone)
            _callers.Remove(caller);
        return bound.Count(caller => _callers.TryAdd(caller, Presence.Unknown)) + gone.Length > 0;
    }
}
