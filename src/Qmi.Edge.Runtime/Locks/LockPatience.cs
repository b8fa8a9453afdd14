namespace Qmi.Edge.Runtime;

/// <summary>Gives up for somebody who waits for a lock without holding a thread, exactly at the limit.</summary>
internal sealed class LockPatience : IDisposable
{
    // Timers take 49 days at most.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly ObjectLock _target;
    private readonly LockWaiter _waiter;
    private readonly long _limit;
    private readonly ITimer _timer;

    /// <param name="target">The lock.</param>
    /// <param name="waiter">Who waits.</param>
    /// <param name="limit">Monotonic nanoseconds until which it waits for whoever holds the lock.</param>
    public LockPatience(ObjectLock target, LockWaiter waiter, long limit)
    {
        (_target, _waiter, _limit) = (target, waiter, limit);
        _timer = target.Table.TimeProvider.CreateTimer(static state => ((LockPatience)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Arm();
    }

    public void Dispose() => _timer.Dispose();

    private void OnTimer()
    {
        _target.GiveUp(_waiter, _limit);
        if (!_waiter.IsAnswered)
            Arm();
    }

    // Whose turn has come waits for the disk, and no longer than anybody waits for the answer.
    private void Arm()
    {
        var until = _waiter.State == LockWaiterState.Waiting ? Math.Min(_limit, _waiter.Request.Deadline) : _waiter.Request.Deadline;
        if (until == MonotonicTime.Never)
            return;
        var left = _target.Table.TimeProvider.GetRemaining(until);
        _timer.Change(left > LongestWait ? LongestWait : left, Timeout.InfiniteTimeSpan);
    }
}
