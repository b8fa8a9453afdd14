using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>Keeps the histories of a box's signals, with one thread of its own that waits for the disk. It begins with the first history.</summary>
internal sealed partial class HistoryStore : IDisposable
{
    // What a signal has unless the box is told: two minutes of a number at 1 kHz on a disk; in memory, half a minute.
    private const long UsualBytes = 4 << 20;
    private const long UsualBytesInMemory = 1 << 20;

    // What a reliable signal has at least: without a history it could not be reliable.
    private const long LeastBytesOfReliable = 1 << 18;

    // Callers that wait for a disk; more are told to come again.
    private const int MostReaders = 64;

    private const string AlarmId = "signal-history";
    private static readonly TimeSpan BusyRetry = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, SignalHistory> _histories = new();
    private readonly Dictionary<SignalHistory, long> _due = [];
    private readonly Queue<Action> _readers = new();
    private readonly HashSet<SignalHistory> _failing = [];
    private readonly EdgeBox _box;
    private readonly ILogger _logger;
    private readonly long _bytes;
    private readonly Parker _parker;
    private Thread? _thread;
    private bool _isStopping;

    public HistoryStore(EdgeBox box, IStateDisk? disk, long? bytes, ILogger logger)
    {
        (_box, _logger) = (box, logger);
        (Disk, IsDurable) = (disk ?? new MemoryDisk(), disk is not null);
        _bytes = bytes ?? (IsDurable ? UsualBytes : UsualBytesInMemory);
        _parker = Parker.Create(box.TimeProvider);
    }

    public IStateDisk Disk { get; }

    public bool IsDurable { get; }

    public string Boot => _box.Boot;

    public long Now => _box.TimeProvider.GetNanoseconds();

    /// <summary>How many bytes a signal's history takes at most; 0 when it has none.</summary>
    public long BytesOf(SignalDescription description) => description switch
    {
        { HasHistory: false } => 0,
        { Reliable: true } => Math.Max(_bytes, LeastBytesOfReliable),
        _ => Math.Min(_bytes, description.MostHistoryBytes),
    };

    /// <summary>The history of a signal; null when it has none. Nothing is made on the disk before something is to be kept.</summary>
    public SignalHistory? Find(Signal signal)
    {
        var bytes = BytesOf(signal.Description);
        if (bytes == 0)
            return null;
        // An object that is removed and made again goes on with the same history.
        return _histories.GetOrAdd($"{signal.Publisher.Name}.{signal.Description.Name}", name => new SignalHistory(this, name, bytes, signal.Description.Reliable));
    }

    /// <summary>Lets a history be written down at some time, or earlier.</summary>
    public void Schedule(SignalHistory history, long due)
    {
        lock (_gate)
        {
            if (_due.TryGetValue(history, out var known) && known <= due)
                return;
            _due[history] = due;
            Start();
        }

        _parker.Unpark();
    }

    /// <summary>Runs something in the thread that waits for the disk.</summary>
    /// <exception cref="QmiException">In the task: too many wait, or the disk failed.</exception>
    public Task<T> RunAsync<T>(Func<T> read)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_readers.Count >= MostReaders || _isStopping)
                return Task.FromException<T>(Busy());
            _readers.Enqueue(() => Complete(completion, read));
            Start();
        }

        _parker.Unpark();
        return completion.Task;
    }

    /// <summary>Writes down what waits, then ends.</summary>
    public void Dispose()
    {
        lock (_gate)
            _isStopping = true;
        _parker.Unpark();
        _thread?.Join();
    }

    private static void Complete<T>(TaskCompletionSource<T> completion, Func<T> read)
    {
        try
        {
            completion.SetResult(read());
        }
        catch (Exception exception)
        {
            completion.SetException(exception as QmiException ?? StorageErrors.NotRead("The history", exception));
        }
    }

    private static QmiException Busy() => new(ErrorCode.Busy, $"{MostReaders} callers wait for histories of signals already: try again later.") { RetryAfter = BusyRetry };

    private void Start()
    {
        if (_thread is not null || _isStopping)
            return;
        _thread = new Thread(Run) { IsBackground = true, Name = "signal history" };
        _thread.Start();
    }

    private void Run()
    {
        while (true)
        {
            var now = Now;
            Action? reader;
            List<SignalHistory> due;
            long next;
            lock (_gate)
            {
                _readers.TryDequeue(out reader);
                due = [.. _due.Where(pair => pair.Value <= now).Select(pair => pair.Key)];
                foreach (var history in due)
                    _due.Remove(history);
                next = _due.Count == 0 ? MonotonicTime.Never : _due.Values.Min();
                if (_isStopping && reader is null)
                    break;
            }

            foreach (var history in due)
                Try(history, () => history.Run(now));
            if (reader is not null)
                reader();
            else
                _parker.Park(next);
        }

        foreach (var history in _histories.Values)
            Try(history, history.End);
    }

    private void Try(SignalHistory history, Action action)
    {
        try
        {
            action();
            if (_failing.Remove(history) && _failing.Count == 0)
                _box.Alarms.Clear(AlarmId);
        }
        catch (Exception exception)
        {
            if (!_failing.Add(history))
                return;
            LogFailed(_logger, history.Name, exception);
            _box.Alarms.Raise(AlarmId, AlarmSeverity.Warning, "SIGNAL_HISTORY", $"The history of {history.Name} cannot be kept ({exception.Message}): what is lost on the way to a consumer cannot be fetched later. Free space on the box's disk, or replace it.");
        }
    }

    [LoggerMessage(1102, LogLevel.Warning, "The history of {Signal} cannot be kept")]
    private static partial void LogFailed(ILogger logger, string signal, Exception exception);
}
