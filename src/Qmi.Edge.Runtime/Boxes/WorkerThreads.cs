namespace Qmi.Edge.Runtime;

/// <summary>Makes sure that calls blocked in slow instruments do not starve the calls to others.</summary>
internal static class WorkerThreads
{
    // The pool adds threads beyond its minimum only every half second; a call in a driver may block for as long as its timeout.
    private const int AtLeast = 32;

    public static void EnsureEnough()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        if (workers < AtLeast)
            ThreadPool.SetMinThreads(AtLeast, ports);
    }
}
