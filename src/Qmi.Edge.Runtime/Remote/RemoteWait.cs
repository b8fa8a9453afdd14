namespace Qmi.Edge.Runtime;

/// <summary>Lets a thread wait for an answer from another process as it waits for everything else: a stop of its task ends the wait.</summary>
internal static class RemoteWait
{
    /// <summary>The longest that a call may take; who wants to wait for ever asks again.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>Runs <paramref name="call"/> and waits for it in the calling thread.</summary>
    /// <exception cref="TaskStopException">The task on this thread was asked to stop; the call is cancelled.</exception>
    /// <exception cref="OperationCanceledException">The call that this thread runs was cancelled; the other is cancelled, too.</exception>
    public static T Run<T>(TimeProvider timeProvider, Func<CancellationToken, Task<T>> call)
    {
        Interruption.ThrowIfRequested();
        using var ending = new CancellationTokenSource();
        var parker = Parker.ForCurrentThread(timeProvider);
        var running = call(ending.Token);
        using var interrupted = Interruption.Token.UnsafeRegister(static state => ((Parker)state!).Unpark(), parker);
        running.ContinueWith(static (_, state) => ((Parker)state!).Unpark(), parker, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        while (!running.IsCompleted)
        {
            if (Interruption.Token.IsCancellationRequested)
            {
                ending.Cancel();
                Interruption.ThrowIfRequested();
            }

            parker.Park(MonotonicTime.Never);
        }

        return running.GetAwaiter().GetResult();
    }

    /// <summary>As <see cref="Run{T}"/>, for a call without a result.</summary>
    public static void Run(TimeProvider timeProvider, Func<CancellationToken, Task> call) => Run(timeProvider, async cancellation =>
    {
        await call(cancellation).ConfigureAwait(false);
        return default(Nothing);
    });

    /// <summary>A timeout, but not longer than the waits of the calling thread may be.</summary>
    public static TimeSpan Limit(TimeProvider timeProvider, TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan || timeout > Longest)
            timeout = Longest;
        var left = timeProvider.GetRemaining(Interruption.Deadline);
        return left != Timeout.InfiniteTimeSpan && left < timeout ? left : timeout;
    }
}
