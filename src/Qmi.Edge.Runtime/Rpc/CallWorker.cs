namespace Qmi.Edge.Runtime;

/// <summary>
/// A thread that runs calls which no caller's thread runs. Each object has at most one such call at a time, a task one more for what is pushed
/// to it, and while an instrument blocks, its worker belongs to it: it delays no other. A worker that has nothing to do waits to be woken, by one
/// system call, and retires after a while.
/// </summary>
internal sealed class CallWorker
{
    private static readonly long Patience = 10 * MonotonicTime.Second;

    private static readonly Lock s_gate = new();

    // The one that became idle last, whose caches are warm, works first.
    private static readonly List<CallWorker> s_idle = [];

    private readonly Parker _parker = Parker.Create(TimeProvider.System);
    private LaneEntry.Work? _work;

    private CallWorker(LaneEntry.Work work) => _work = work;

    /// <summary>Runs a call in an idle worker, or in a new one. From any thread; never blocks, and starts no thread itself, since the caller may be a loop that must keep time.</summary>
    public static void Run(LaneEntry.Work work)
    {
        CallWorker? worker = null;
        lock (s_gate)
        {
            if (s_idle.Count > 0)
            {
                worker = s_idle[^1];
                worker._work = work;
                s_idle.RemoveAt(s_idle.Count - 1);
            }
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
            s_idle.Add(this);
        while (true)
        {
            var isWoken = _parker.Park(TimeProvider.System.GetNanoseconds() + Patience);
            lock (s_gate)
            {
                if (_work is not null)
                    return true;
                // One stays, so that the first call after a quiet night need not wait for a thread.
                if (!isWoken && s_idle.Count > 1)
                {
                    s_idle.Remove(this);
                    return false;
                }
            }
        }
    }
}
