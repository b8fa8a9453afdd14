namespace Qmi.Edge.Runtime;

/// <summary>
/// A thread that runs calls which no caller's thread runs. Each object has at most one such call at a time, and while an instrument blocks, its
/// worker belongs to it: it delays no other. A worker that has nothing to do waits to be woken, by one system call, and retires after a while.
/// </summary>
internal sealed class CallWorker
{
    private static readonly long Patience = 10 * MonotonicTime.Second;

    private static readonly Lock s_gate = new();

    // The one that became idle last, whose caches are warm, works first.
    private static CallWorker? s_idle;

    private readonly Parker _parker = Parker.Create(TimeProvider.System);
    private LaneEntry.Work? _work;
    private CallWorker? _next;

    private CallWorker(LaneEntry.Work work) => _work = work;

    /// <summary>Runs a call in an idle worker, or in a new one. From any thread; never blocks, and starts no thread itself, since the caller may be a loop that must keep time.</summary>
    public static void Run(LaneEntry.Work work)
    {
        CallWorker? worker;
        lock (s_gate)
        {
            worker = s_idle;
            if (worker is not null)
                (s_idle, worker._next, worker._work) = (worker._next, null, work);
        }

        if (worker is not null)
            worker._parker.Unpark();
        else
            ThreadPool.UnsafeQueueUserWorkItem(static work => new Thread(new CallWorker(work).Work) { IsBackground = true, Name = "qmi-call" }.UnsafeStart(), work, preferLocal: false);
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
        lock (s_gate)
            (_next, s_idle) = (s_idle, this);
        while (true)
        {
            var isWoken = _parker.Park(TimeProvider.System.GetNanoseconds() + Patience);
            lock (s_gate)
            {
                if (_work is not null)
                    return true;
                if (!isWoken && TryRetire())
                    return false;
            }
        }
    }

    // Under the gate. One stays, so that the first call after a quiet night need not wait for a thread.
    private bool TryRetire()
    {
        if (s_idle == this)
        {
            if (_next is null)
                return false;
            s_idle = _next;
            return true;
        }

        var before = s_idle!;
        while (before._next != this)
            before = before._next!;
        before._next = _next;
        return true;
    }
}
