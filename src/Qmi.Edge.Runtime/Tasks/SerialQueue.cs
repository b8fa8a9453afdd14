using System.Collections.Concurrent;

namespace Qmi.Edge.Runtime;

/// <summary>Runs what it is given in worker threads, one after another, in order. Giving it something never waits, so a loop may.</summary>
internal sealed class SerialQueue(Action<Exception> onFailed) : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<Action> _waiting = new();
    private int _count;

    public void Post(Action work)
    {
        _waiting.Enqueue(work);
        if (Interlocked.Increment(ref _count) == 1)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>As <see cref="Post"/>; completes when it has been run.</summary>
    public Task PostAsync(Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                work();
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        return done.Task;
    }

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            try
            {
                if (_waiting.TryDequeue(out var work))
                    work();
            }
            catch (Exception exception)
            {
                // One that fails must not keep those behind it from their turn.
                onFailed(exception);
            }
        }
        while (Interlocked.Decrement(ref _count) > 0);
    }
}
