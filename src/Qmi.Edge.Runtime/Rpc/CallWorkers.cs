namespace Qmi.Edge.Runtime;

/// <summary>
/// Threads that run calls which no caller's thread runs. Each object has at most one such call at a time, a task one more for what is pushed
/// to it, and while an instrument blocks, its worker belongs to it: it delays no other. A worker that has nothing to do waits to be woken, by one
/// system call, and retires after a while.
/// </summary>
/// <param name="patience">How long a worker waits for work before it retires; one always stays.</param>
internal sealed class CallWorkers(TimeSpan patience)
{
    private readonly TimeSpan _patience = patience;
    private readonly Lock _gate = new();

    // The one that became idle last, whose caches are warm, works first.
    private readonly List<Worker> _idle = [];

    /// <summary>Those of the process.</summary>
    public static CallWorkers Shared { get; } = new(TimeSpan.FromSeconds(10));

    /// <summary>How many have nothing to do.</summary>
    public int Idle
    {
        get
        {
            lock (_gate)
                return _idle.Count;
        }
    }

    /// <summary>Runs a call in an idle worker, or in a new one. From any thread; never blocks, and starts no thread itself, since the caller may be a loop that must keep time.</summary>
    public void Run(LaneEntry.Work work)
    {
        Worker? worker = null;
        lock (_gate)
        {
            if (_idle.Count > 0)
            {
                worker = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
            }
        }

        if (worker is not null)
            worker.Give(work);
        else
            ThreadPool.UnsafeQueueUserWorkItem(static worker => worker.Start(), new Worker(this, work), preferLocal: false);
    }

    private void Return(Worker worker)
    {
        lock (_gate)
            _idle.Add(worker);
    }

    // False also when it was taken for work that is not given to it yet. One stays, so that the first call after a quiet night need not wait for a thread.
    private bool TryRetire(Worker worker)
    {
        lock (_gate)
            return _idle.Count > 1 && _idle.Remove(worker);
    }

    private sealed class Worker(CallWorkers all, LaneEntry.Work first)
    {
        private readonly Parker _parker = Parker.Create(TimeProvider.System);
        private LaneEntry.Work? _work = first;

        public void Start() => new Thread(Work) { IsBackground = true, Name = "qmi-call" }.UnsafeStart();

        public void Give(LaneEntry.Work work)
        {
            Volatile.Write(ref _work, work);
            _parker.Unpark();
        }

        private void Work()
        {
            do
            {
                var work = _work!;
                _work = null;
                work.Execute();
            }
            while (TryWaitForWork());
        }

        private bool TryWaitForWork()
        {
            all.Return(this);
            while (true)
            {
                var isWoken = _parker.Park(TimeProvider.System.GetDeadline(all._patience));
                if (Volatile.Read(ref _work) is not null)
                    return true;
                if (!isWoken && all.TryRetire(this))
                    return false;
            }
        }
    }
}
