namespace Qmi.Edge.Runtime;

/// <summary>The three ways in which a lock refuses a call.</summary>
internal static class LockErrors
{
    public static QmiException Lost(RpcObject target, LockEnd end)
    {
        var how = end.By is { } by ? $"was taken away by {by} ('{end.Reason}')" : "expired";
        return new QmiException(ErrorCode.LockLost, $"The lock of {end.Owner} on {target.Name} {how}. Lock again.")
        {
            Details = new Dictionary<string, object?>
            {
                ["by"] = end.By,
                ["reason"] = end.Reason ?? end.End,
                ["at"] = Timestamps.ToText(end.At),
            },
        };
    }

    /// <summary>The answer to who waited for the lock in vain.</summary>
    public static QmiException Denied(RpcObject target) => target.Lock.State is { } held
        ? Locked(target, held, target.Box.TimeProvider)
        : new QmiException(ErrorCode.Locked, $"{target.Name} was locked until just now: try again.") { RetryAfter = TimeSpan.Zero };

    public static QmiException Required(RpcObject target) =>
        new(ErrorCode.LockRequired, $"Lock {target.Name} first: the method needs its lock.");

    public static QmiException Locked(RpcObject target, LockState held, TimeProvider timeProvider)
    {
        var remaining = held.ExpiresAt == MonotonicTime.Never ? (TimeSpan?)null : timeProvider.GetRemaining(held.ExpiresAt);
        return new QmiException(ErrorCode.Locked, $"{target.Name} is locked by {held.Owner.Name}{(held.Note is { } note ? $": '{note}'" : "")}.")
        {
            RetryAfter = remaining,
            Details = new Dictionary<string, object?>
            {
                ["owner"] = held.Owner.Name,
                ["note"] = held.Note,
                ["fence"] = held.Fence,
                ["expires_in_ms"] = (long?)remaining?.TotalMilliseconds,
            },
        };
    }
}
