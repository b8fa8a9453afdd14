using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// The pushes that came faster than their callers may push. An answer to a push costs the broker two retained publications, so answering every
/// one of a flood would keep the answers to other callers waiting: the newest is answered, at most ten times a second, for all before it.
/// </summary>
internal sealed class RateRefusals(TimeProvider timeProvider)
{
    private const long Interval = 100 * MonotonicTime.Millisecond;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Task, string Caller), Refused> _refused = [];

    /// <summary>Adds a push. On the connection's thread: it is only copied.</summary>
    /// <returns>Whether it can be answered at once; otherwise <see cref="Take"/> has told when.</returns>
    public bool Add(string task, SettingsPusher pusher, ReadOnlySpan<byte> payload, QmiException error)
    {
        var now = timeProvider.GetNanoseconds();
        lock (_gate)
        {
            var key = (task, pusher.Caller.Name);
            var isFirst = !_refused.TryGetValue(key, out var earlier);
            var push = new RefusedPush(pusher.Caller.Name, payload.ToArray(), error, timeProvider.GetUtcNow(), pusher.Order);
            _refused[key] = new Refused(push, isFirst ? now : earlier!.Due);
            return isFirst;
        }
    }

    /// <summary>The answer to one of them that is due, to be published now.</summary>
    /// <param name="now">Monotonic nanoseconds.</param>
    /// <param name="next">When to look again, if that is earlier.</param>
    public (string Task, SettingsAck Ack)? Take(long now, ref long next)
    {
        lock (_gate)
        {
            foreach (var (key, refused) in _refused)
            {
                if (refused.Due > now)
                {
                    next = Math.Min(next, refused.Due);
                    continue;
                }

                if (refused.Newest is not { } push)
                {
                    // Nothing came since the last answer.
                    _refused.Remove(key);
                    continue;
                }

                _refused[key] = new Refused(null, now + Interval);
                next = Math.Min(next, now + Interval);
                return (key.Task, push.ToAck());
            }
        }

        return null;
    }

    // Without a push the newest was answered, and this is kept for the time in which the next one must wait.
    private sealed record Refused(RefusedPush? Newest, long Due);
}
