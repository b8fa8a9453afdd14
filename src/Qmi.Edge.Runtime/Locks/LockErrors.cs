namespace Qmi.Edge.Runtime;

/// <summary>The ways in which a lock refuses.</summary>
internal static class LockErrors
{
    // A grant in the making waits for the disk only.
    private static readonly TimeSpan GrantingRetry = TimeSpan.FromMilliseconds(100);

    /// <param name="name">The object.</param>
    /// <param name="caller">Who believes to hold a lock.</param>
    /// <param name="fence">Its fence, if it named one.</param>
    /// <param name="end">How that lock ended; null when it is forgotten.</param>
    /// <param name="held">Who holds it now.</param>
    public static QmiException Lost(string name, Caller caller, ulong? fence, LockEvent? end, LockState? held)
    {
        var which = fence is { } number ? $"fence {number}" : "that token";
        var how = end switch
        {
            null => $"The lock of {name} with {which} is not in force",
            { Kind: LockEvent.Forced } => $"The lock of {caller.Name} on {name} was taken away by {end.By} ('{end.Reason}')",
            { Kind: LockEvent.Expired } => $"The lock of {caller.Name} on {name} expired",
            _ => $"The lock of {caller.Name} on {name} was {end.Kind}",
        };
        var now = held is null ? "nobody holds it now" : $"{held.Owner.Name} holds it now{Of(held.Note)}";
        return new QmiException(ErrorCode.LockLost, $"{how}; {now}. Lock again.")
        {
            Details = new Dictionary<string, object?>
            {
                ["by"] = end?.By,
                ["reason"] = end?.Reason ?? end?.Kind,
                ["at"] = end is null ? null : Timestamps.ToText(end.At),
                ["fence"] = end?.Fence ?? fence,
                ["owner"] = held?.Owner.Name,
            },
        };
    }

    public static QmiException Required(string name) =>
        new(ErrorCode.LockRequired, $"Lock {name} first: this needs its lock.");

    /// <param name="name">The object whose lock it is.</param>
    /// <param name="held">Who holds it.</param>
    /// <param name="timeProvider">Null when the lease does not run.</param>
    public static QmiException Locked(string name, LockState held, TimeProvider? timeProvider)
    {
        var remaining = timeProvider is null || held.ExpiresAt == MonotonicTime.Never ? (TimeSpan?)null : timeProvider.GetRemaining(held.ExpiresAt);
        var what = name == BoxObject.ObjectName ? "The whole box" : name;
        return new QmiException(ErrorCode.Locked, $"{what} is {(held.IsGranting ? "being " : "")}locked by {held.Owner.Name}{Of(held.Note)}.")
        {
            RetryAfter = held.IsGranting ? GrantingRetry : remaining,
            Details = new Dictionary<string, object?>
            {
                ["object"] = name,
                ["owner"] = held.Owner.Name,
                ["note"] = held.Note,
                ["fence"] = held.Fence,
                ["expires_in_ms"] = (long?)remaining?.TotalMilliseconds,
            },
        };
    }

    public static QmiException JustFreed(string name) =>
        new(ErrorCode.Locked, $"{name} was locked until just now: try again.") { RetryAfter = TimeSpan.Zero };

    public static QmiException NotInTime(string name) =>
        new(ErrorCode.Expired, $"The disk did not take the lock of {name} in the time allowed, so it was not given. Allow more time.");

    public static QmiException ReleasedUnheld(string name) =>
        new(ErrorCode.LockLost, $"The lock of {name} was given back before it was given. Lock again.");

    public static QmiException ForcedUnheld(string name, string by, string reason) =>
        new(ErrorCode.LockLost, $"The lock of {name} was taken away by {by} ('{reason}') before it was given. Lock again.")
        {
            Details = new Dictionary<string, object?> { ["by"] = by, ["reason"] = reason },
        };

    private static string Of(string? note) => note is null ? "" : $": '{note}'";
}
