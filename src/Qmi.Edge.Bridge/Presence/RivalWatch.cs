namespace Qmi.Edge.Bridge;

/// <summary>What a presence document of another run of the same id means.</summary>
internal enum RivalVerdict
{
    /// <summary>Nothing: it was left behind, or its run has ended.</summary>
    Stale,

    /// <summary>A run older than ours lives: a second box has our id, and must give way.</summary>
    OlderLives,

    /// <summary>A newer run lives, unless what says so is stale: we must give way until it is proven that it does not.</summary>
    NewerMayLive,

    /// <summary>A newer run has given a sign of life: we must give way.</summary>
    NewerLives,
}

/// <summary>
/// Judges documents of other runs. A retained one may be as old as the broker; what was published just now, or names a later connection of a
/// run than was seen before, is a sign of life.
/// </summary>
/// <param name="boot">Our own run.</param>
/// <param name="earlier">Our own earlier runs: what they left behind is ours.</param>
internal sealed class RivalWatch(string boot, IReadOnlyList<string> earlier)
{
    // More boxes than this with one id need no finer memory.
    private const int Most = 16;

    private readonly Dictionary<string, long> _connections = [];
    private readonly HashSet<string> _dead = [];

    /// <summary>Judges a document of another run.</summary>
    /// <param name="seen">The document.</param>
    /// <param name="isRetained">The broker had kept it.</param>
    public RivalVerdict Judge(PresenceDocument seen, bool isRetained)
    {
        var hasReconnected = _connections.TryGetValue(seen.Boot, out var before) && seen.Connection > before;
        Remember(seen);

        // Goodbye was said.
        if (seen.State is PresenceState.Offline or PresenceState.Moved)
            return RivalVerdict.Stale;
        var lives = hasReconnected || (seen.IsAlive && !isRetained);
        if (lives)
            _dead.Remove(seen.Boot);
        if (string.CompareOrdinal(seen.Boot, boot) < 0)
            return lives ? RivalVerdict.OlderLives : RivalVerdict.Stale;
        if (lives)
            return RivalVerdict.NewerLives;
        return seen.IsAlive && !_dead.Contains(seen.Boot) && !earlier.Contains(seen.Boot) ? RivalVerdict.NewerMayLive : RivalVerdict.Stale;
    }

    /// <summary>A run gave no sign of life for as long as was waited for one: what is retained of it says nothing any more.</summary>
    public void Died(string rival) => _dead.Add(rival);

    private void Remember(PresenceDocument seen)
    {
        if (_connections.Count >= Most && !_connections.ContainsKey(seen.Boot))
            _connections.Clear();
        _connections[seen.Boot] = Math.Max(seen.Connection, _connections.GetValueOrDefault(seen.Boot));
    }
}
