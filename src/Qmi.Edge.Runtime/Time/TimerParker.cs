namespace Qmi.Edge.Runtime;

/// <summary>Waits on any <see cref="TimeProvider"/> through its timers: for systems without a futex.</summary>
internal sealed class TimerParker : Parker
{
    // Timers take 49 days at most; whoever waits longer is woken now and then, and waits on.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly object _gate = new();
    private readonly TimeProvider _timeProvider;
    private readonly ITimer _timer;
    private bool _permit;

    public TimerParker(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _timer = timeProvider.CreateTimer(static state => ((TimerParker)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public override bool Park(long deadline)
    {
        lock (_gate)
        {
            while (!_permit)
            {
                var remaining = _timeProvider.GetRemaining(deadline);
                if (remaining == TimeSpan.Zero)
                    return false;

                _timer.Change(remaining > LongestWait ? LongestWait : remaining, Timeout.InfiniteTimeSpan);
                Monitor.Wait(_gate);
            }

            _permit = false;
            return true;
        }
    }

    public override void Unpark()
    {
        lock (_gate)
        {
            _permit = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void OnTimer()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }
}
