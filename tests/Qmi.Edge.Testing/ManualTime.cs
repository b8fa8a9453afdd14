using Qmi.Edge.Runtime;

namespace Qmi.Edge.Testing;

/// <summary>
/// A clock that the test turns. Threads that wait on it are counted, so a test can advance time only when everybody is waiting
/// (<see cref="WaitUntilParked"/>); with <see cref="JumpWhenParked"/> set, a thread that parks moves the clock to its own deadline,
/// which runs a single loop task as fast as it can and still exactly on its grid.
/// </summary>
public sealed class ManualTime : TimeProvider, IParkerFactory
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly object _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<ManualParker> _parked = [];
    private long _now;
    private TimeSpan _wallOffset;

    /// <summary>Wall time at monotonic zero.</summary>
    public DateTimeOffset Epoch { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A thread that parks with a deadline moves the clock there at once.</summary>
    public bool JumpWhenParked { get; set; }

    public override long TimestampFrequency => MonotonicTime.Second;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Monotonic nanoseconds since the clock was made.</summary>
    public long Now => Interlocked.Read(ref _now);

    /// <summary>When the next timer fires, monotonic nanoseconds: so that a test sees that somebody has set one.</summary>
    public long NextTimer
    {
        get
        {
            lock (_gate)
                return _timers.Count == 0 ? MonotonicTime.Never : _timers.Min(timer => timer.Due);
        }
    }

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return Epoch + _wallOffset + TimeSpan.FromTicks(_now / TimeSpan.NanosecondsPerTick);
    }

    /// <summary>Steps the wall clock; the monotonic clock does not notice.</summary>
    public void StepWallClock(TimeSpan step)
    {
        lock (_gate)
            _wallOffset += step;
    }

    /// <summary>Moves the clock forward, firing what is due on the way in order.</summary>
    public void Advance(TimeSpan duration) => AdvanceTo(Now + MonotonicTime.ToNanoseconds(duration));

    /// <summary>Moves the clock forward to a monotonic time, firing what is due on the way in order.</summary>
    public void AdvanceTo(long target)
    {
        while (true)
        {
            ManualTimer? due;
            lock (_gate)
            {
                due = _timers.Where(timer => timer.Due <= target).MinBy(timer => timer.Due);
                if (due is null)
                {
                    _now = Math.Max(_now, target);
                    WakeDue();
                    return;
                }

                _now = Math.Max(_now, due.Due);
                due.Rearm();
                WakeDue();
            }

            due.Fire();
        }
    }

    /// <summary>Time passes while nobody runs, as in a suspended machine: the clock is later all at once, then what was due on the way fires.</summary>
    public void Suspend(TimeSpan duration)
    {
        lock (_gate)
        {
            _now += MonotonicTime.ToNanoseconds(duration);
            WakeDue();
        }

        List<ManualTimer> due;
        lock (_gate)
        {
            due = [.. _timers.Where(timer => timer.Due <= _now)];
            foreach (var timer in due)
                timer.RearmAfter(_now);
        }

        foreach (var timer in due)
            timer.Fire();
    }

    /// <summary>Waits in real time until <paramref name="threads"/> threads are parked on this clock.</summary>
    public void WaitUntilParked(int threads = 1)
    {
        var patience = DateTime.UtcNow + Patience;
        lock (_gate)
        {
            while (_parked.Count(parker => !parker.HasPermit && parker.Deadline > _now) < threads)
            {
                var left = patience - DateTime.UtcNow;
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                    throw new TimeoutException($"{_parked.Count} threads wait on the test's clock, {threads} were expected.");
            }
        }
    }

    /// <summary>Waits until <paramref name="threads"/> threads are parked, then advances.</summary>
    public void AdvanceParked(TimeSpan duration, int threads = 1)
    {
        WaitUntilParked(threads);
        Advance(duration);
    }

    public Parker CreateParker() => new ManualParker(this);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void WakeDue()
    {
        if (_parked.Exists(parker => parker.Deadline <= _now))
            Monitor.PulseAll(_gate);
    }

    private sealed class ManualParker(ManualTime time) : Parker
    {
        public long Deadline { get; private set; }

        public bool HasPermit { get; private set; }

        public override bool Park(long deadline)
        {
            lock (time._gate)
            {
                Deadline = deadline;
                if (time.JumpWhenParked && !HasPermit && deadline != MonotonicTime.Never)
                {
                    Monitor.Exit(time._gate);
                    try
                    {
                        time.AdvanceTo(deadline);
                    }
                    finally
                    {
                        Monitor.Enter(time._gate);
                    }
                }

                time._parked.Add(this);
                Monitor.PulseAll(time._gate);
                while (!HasPermit && time._now < deadline)
                    Monitor.Wait(time._gate);
                time._parked.Remove(this);

                var taken = HasPermit;
                HasPermit = false;
                return taken;
            }
        }

        public override void Unpark()
        {
            lock (time._gate)
            {
                HasPermit = true;
                Monitor.PulseAll(time._gate);
            }
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public long Due { get; private set; } = MonotonicTime.Never;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var fire = false;
            lock (time._gate)
            {
                _period = period;
                time._timers.Remove(this);
                Due = dueTime == Timeout.InfiniteTimeSpan ? MonotonicTime.Never : time._now + MonotonicTime.ToNanoseconds(dueTime);
                if (Due != MonotonicTime.Never)
                    time._timers.Add(this);
                fire = dueTime == TimeSpan.Zero;
                if (fire)
                    Rearm();
            }

            if (fire)
                Fire();
            return true;
        }

        public void Rearm()
        {
            if (_period > TimeSpan.Zero)
            {
                Due += MonotonicTime.ToNanoseconds(_period);
                return;
            }

            Due = MonotonicTime.Never;
            time._timers.Remove(this);
        }

        // As the system's timers do: a periodic one that was missed many times fires once.
        public void RearmAfter(long now)
        {
            do
            {
                Rearm();
            }
            while (Due <= now);
        }

        public void Fire() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
