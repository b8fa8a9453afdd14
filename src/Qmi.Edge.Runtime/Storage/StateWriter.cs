using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>
/// The one thread of a box that waits for its disk, so that no other has to. However many changes wait, one save carries them all.
/// </summary>
public sealed partial class StateWriter : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ILogger _logger;
    private readonly Parker _parker = Parker.Create(TimeProvider.System);
    private readonly Queue<BackgroundSave> _waiting = new();
    private readonly Thread? _thread;
    private bool _stopping;

    /// <summary>Starts the thread.</summary>
    public StateWriter(ILogger logger)
        : this(logger, inline: false)
    {
    }

    internal StateWriter(ILogger logger, bool inline)
    {
        _logger = logger;
        if (inline)
            return;
        _thread = new Thread(Run) { IsBackground = true, Name = "state" };
        _thread.Start();
    }

    /// <summary>Saves what waits, then ends.</summary>
    public void Dispose()
    {
        lock (_gate)
            _stopping = true;
        _parker.Unpark();
        _thread?.Join();
    }

    internal void Add(BackgroundSave save)
    {
        if (_thread is null)
        {
            Save(save);
            return;
        }

        lock (_gate)
            _waiting.Enqueue(save);
        _parker.Unpark();
    }

    private void Run()
    {
        while (true)
        {
            BackgroundSave? save;
            bool stopping;
            lock (_gate)
            {
                _waiting.TryDequeue(out save);
                stopping = _stopping;
            }

            if (save is not null)
                Save(save);
            else if (stopping)
                return;
            else
                _parker.Park(MonotonicTime.Never);
        }
    }

    private void Save(BackgroundSave save)
    {
        if (save.Run() is { } exception)
            LogFailed(_logger, save.Name, exception);
    }

    [LoggerMessage(1601, LogLevel.Error, "{What} could not be saved")]
    private static partial void LogFailed(ILogger logger, string what, Exception exception);
}

/// <summary>Something that is saved in the background whenever it has changed.</summary>
/// <param name="writer">The thread that saves.</param>
/// <param name="name">What it is, for the log.</param>
/// <param name="save">Saves it as it is at that moment; called by one thread at a time.</param>
public sealed class BackgroundSave(StateWriter writer, string name, Action save)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _next;
    private TaskCompletionSource? _nextInline;

    /// <summary>What it is.</summary>
    public string Name => name;

    /// <summary>Notes that it changed. Never blocks on the disk.</summary>
    /// <param name="isAnsweredInline">Whether whoever awaits it goes on in the writer's thread itself: for what never waits, least of all for the disk.</param>
    /// <returns>Completes when it is on the disk as it is now, or newer.</returns>
    /// <exception cref="QmiException">In the task: <see cref="ErrorCode.Busy"/>, the disk did not take it.</exception>
    public Task RequestAsync(bool isAnsweredInline = false)
    {
        Task task;
        bool isRequested;
        lock (_gate)
        {
            isRequested = (_next ?? _nextInline) is not null;
            task = isAnsweredInline
                ? (_nextInline ??= new()).Task
                : (_next ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        if (!isRequested)
            writer.Add(this);
        return task;
    }

    internal Exception? Run()
    {
        TaskCompletionSource? next, nextInline;
        lock (_gate)
        {
            // A change from now on needs another save: this one may have looked already.
            (next, nextInline) = (_next, _nextInline);
            (_next, _nextInline) = (null, null);
        }

        Exception? failure = null;
        try
        {
            save();
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        End(next, failure);
        End(nextInline, failure);
        return failure;
    }

    private void End(TaskCompletionSource? save, Exception? failure)
    {
        if (failure is null)
        {
            save?.SetResult();
            return;
        }

        save?.SetException(StorageErrors.NotSaved(name, failure));
        // Whoever does not wait for the outcome has the log.
        _ = save?.Task.Exception;
    }
}
