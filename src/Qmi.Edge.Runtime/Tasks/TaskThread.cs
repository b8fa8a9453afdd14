namespace Qmi.Edge.Runtime;

/// <summary>
/// The thread of one run of a task: constructs it, waits for the start, runs it. Everything that can end a wait of the task's code
/// goes through here.
/// </summary>
internal sealed class TaskThread
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _timeProvider;
    private readonly Parker _parker;
    private readonly Thread _thread;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _constructed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _started;
    private volatile bool _stopRequested;
    private volatile bool _finalizing;
    private long _finalizeDeadline;

    public TaskThread(string name, TimeProvider timeProvider, Action<TaskThread> construct, Action<TaskThread> run, Action<TaskThread> stoppedBeforeStart)
    {
        _timeProvider = timeProvider;
        Heartbeat = new Heartbeat(timeProvider);
        _parker = new HeartbeatParker(Parker.Create(timeProvider), Heartbeat);
        _thread = new Thread(() => Body(construct, run, stoppedBeforeStart)) { IsBackground = true, Name = name };
    }

    /// <summary>Its signs of life.</summary>
    public Heartbeat Heartbeat { get; }

    /// <summary>Whether the task was asked to stop.</summary>
    public bool StopRequested => _stopRequested;

    /// <summary>Whether this is the calling thread.</summary>
    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Lets the thread begin with the task's constructor; completes, perhaps with its exception, when that has returned.</summary>
    public Task ConstructAsync()
    {
        _thread.Start();
        return _constructed.Task;
    }

    /// <summary>Lets the task run; false when it was asked to stop before.</summary>
    public bool Start()
    {
        lock (_gate)
        {
            if (_stopRequested)
                return false;
            _started = true;
        }

        _parker.Unpark();
        return true;
    }

    /// <summary>Asks the task to stop and ends every wait it is in. True the first time.</summary>
    public bool Stop()
    {
        lock (_gate)
        {
            if (_stopRequested)
                return false;
            _stopRequested = true;
        }

        // Wakes transports and whatever else registered; then the thread itself.
        _stop.Cancel();
        _parker.Unpark();
        return true;
    }

    /// <summary>Waits in the task's code.</summary>
    /// <exception cref="TaskStopException">Stop was requested, also for a zero duration; in the finalize phase: its grace is over.</exception>
    public void Sleep(TimeSpan duration) => WaitUntil(_timeProvider.GetDeadline(duration));

    /// <summary>Waits in the task's code for an absolute monotonic time.</summary>
    /// <param name="deadline">Monotonic nanoseconds.</param>
    /// <param name="spin">How long before the deadline it stops sleeping and watches the clock, nanoseconds; so it wakes in time.</param>
    /// <returns>When it ended, monotonic nanoseconds.</returns>
    /// <exception cref="TaskStopException">As for <see cref="Sleep"/>.</exception>
    public long WaitUntil(long deadline, long spin = 0)
    {
        var limit = _finalizing ? Math.Min(deadline, _finalizeDeadline) : deadline;
        long now;
        while (true)
        {
            if (_stopRequested && !_finalizing)
                throw new TaskStopException();
            now = _timeProvider.GetNanoseconds();
            var left = limit - now;
            if (left <= 0)
                break;
            if (left > spin)
                _parker.Park(limit == MonotonicTime.Never ? limit : limit - spin);
            else
                Thread.SpinWait(1);
        }

        // A loop runs code that is cold after each wait: the clock is looked at once for all who want to know.
        Heartbeat.Beat(now);
        if (limit < deadline)
            throw new TaskStopException();
        return now;
    }

    /// <summary>Runs the finalizing code: what it waits for is no longer ended by the stop, but by the end of the grace.</summary>
    public void Finalize(TimeSpan grace, Action body)
    {
        _finalizeDeadline = _timeProvider.GetDeadline(grace);
        _finalizing = true;
        Heartbeat.Beat();
        using (Interruption.Enter(CancellationToken.None, _finalizeDeadline))
            body();
    }

    private void Body(Action<TaskThread> construct, Action<TaskThread> run, Action<TaskThread> stoppedBeforeStart)
    {
        Parker.SetForCurrentThread(_timeProvider, _parker);
        Heartbeat.EnterThread();
        using var interruption = Interruption.EnterTask(_stop.Token);
        try
        {
            construct(this);
        }
        catch (Exception exception)
        {
            _constructed.SetException(exception);
            return;
        }

        _constructed.SetResult();
        while (!_started && !_stopRequested)
            _parker.Park(MonotonicTime.Never);
        if (_started)
            run(this);
        else
            stoppedBeforeStart(this);
    }
}
