namespace Qmi.Edge.Runtime;

/// <summary>
/// What may end a blocking wait of the current thread early: the stop request of the task that runs on it, and the deadline
/// or the cancellation of the RPC call that it executes. Transports and proxies honour it, so that no driver needs to be told.
/// </summary>
public static class Interruption
{
    [ThreadStatic]
    private static CancellationToken t_token;

    [ThreadStatic]
    private static long t_deadlineFromNever;

    [ThreadStatic]
    private static bool t_isTask;

    /// <summary>Cancelled when the wait should end now. Register on it to wake a wait that has no other way to end.</summary>
    public static CancellationToken Token => t_token;

    /// <summary>Monotonic nanoseconds after which no wait of this thread should go on; <see cref="MonotonicTime.Never"/> when there is none.</summary>
    public static long Deadline => MonotonicTime.Never - t_deadlineFromNever;

    /// <summary>Throws what a wait should throw when <see cref="Token"/> is cancelled.</summary>
    /// <exception cref="TaskStopException">The task on this thread was asked to stop.</exception>
    /// <exception cref="OperationCanceledException">The call on this thread was cancelled.</exception>
    public static void ThrowIfRequested()
    {
        // Who asks is alive.
        Heartbeat.BeatOnThisThread();
        if (!t_token.IsCancellationRequested)
            return;
        if (t_isTask)
            throw new TaskStopException();
        throw new OperationCanceledException(t_token);
    }

    /// <summary>
    /// For a wait that ends with <see cref="Token"/> and is none of the runtime's own: until the scope is disposed, the task on this thread waits
    /// and is not taken for hung.
    /// </summary>
    public static WaitScope EnterWait() => new(begins: true);

    /// <summary>Makes the waits of this thread end with <paramref name="token"/>, until the scope is disposed.</summary>
    public static Scope Enter(CancellationToken token, long deadline = MonotonicTime.Never) => new(token, deadline, isTask: false);

    /// <summary>Shortens the deadline of this thread's waits; what else may end them stays.</summary>
    internal static Scope EnterDeadline(long deadline) => new(t_token, Math.Min(deadline, Deadline), t_isTask);

    internal static Scope EnterTask(CancellationToken stop) => new(stop, MonotonicTime.Never, isTask: true);

    /// <summary>Restores what was in force before, when disposed.</summary>
    public readonly ref struct Scope
    {
        private readonly CancellationToken _token;
        private readonly long _deadlineFromNever;
        private readonly bool _isTask;

        internal Scope(CancellationToken token, long deadline, bool isTask)
        {
            (_token, _deadlineFromNever, _isTask) = (t_token, t_deadlineFromNever, t_isTask);
            (t_token, t_deadlineFromNever, t_isTask) = (token, MonotonicTime.Never - deadline, isTask);
        }

        /// <summary>Ends the scope.</summary>
        public void Dispose() => (t_token, t_deadlineFromNever, t_isTask) = (_token, _deadlineFromNever, _isTask);
    }

    /// <summary>Ends the wait with a sign of life, when disposed.</summary>
    public readonly ref struct WaitScope
    {
        internal WaitScope(bool begins)
        {
            if (begins)
                Heartbeat.RestOnThisThread();
        }

        /// <summary>Ends the scope.</summary>
        public void Dispose() => Heartbeat.BeatOnThisThread();
    }
}
