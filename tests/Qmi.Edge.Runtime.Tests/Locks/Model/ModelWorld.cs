namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <summary>The time of a model and everything that is to happen in it, on one thread and in one order: the same seed is the same history.</summary>
internal sealed class ModelWorld(int seed)
{
    private readonly PriorityQueue<Action, (long At, long Order)> _agenda = new();
    private readonly List<Happened> _history = [];
    private long _order;
    private int _lastId;

    public ManualTime Time { get; } = new();

    /// <summary>Outlives the box.</summary>
    public CrashingDisk Disk { get; } = new(seed);

    public IReadOnlyList<Happened> History => _history;

    public int NextId() => ++_lastId;

    public void Record(Happened happened) => _history.Add(happened);

    public void After(TimeSpan delay, Action action) => _agenda.Enqueue(action, (Time.Now + MonotonicTime.ToNanoseconds(delay), _order++));

    /// <summary>Lets things happen until a time has come.</summary>
    public void RunUntil(TimeSpan time)
    {
        var end = MonotonicTime.ToNanoseconds(time);
        while (_agenda.TryPeek(out var action, out var due) && due.At <= end)
        {
            _agenda.Dequeue();
            // In a stall more time passes than was asked for; what was due meanwhile happens late.
            if (due.At > Time.Now)
                Time.AdvanceTo(due.At);
            action();
        }

        if (end > Time.Now)
            Time.AdvanceTo(end);
    }
}

/// <summary>The clock of one run of a box: it begins anew with each, and stops with it.</summary>
internal sealed class BootClock(ModelWorld world, Func<bool> isDead) : TimeProvider
{
    // Some time after the machine was switched on.
    private readonly long _start = world.Time.Now - (20 * MonotonicTime.Second);

    public override long TimestampFrequency => MonotonicTime.Second;

    public override long GetTimestamp() => world.Time.Now - _start;

    public override DateTimeOffset GetUtcNow() => world.Time.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new AgendaTimer(world, () =>
        {
            if (!isDead())
                callback(state);
        });
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>A timer is one more thing that is to happen: in its place between all others.</summary>
    private sealed class AgendaTimer(ModelWorld world, Action fire) : ITimer
    {
        private int _changes;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var change = ++_changes;
            if (dueTime == Timeout.InfiniteTimeSpan)
                return true;
            world.After(dueTime, () =>
            {
                if (_changes == change)
                    fire();
            });
            return true;
        }

        public void Dispose() => _changes++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
