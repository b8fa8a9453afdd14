using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// The second connection of a box, for its signals and its log lines, with a thread of its own: however much there is of them, and however
/// slow the way, requests and replies never wait behind them.
/// </summary>
internal sealed partial class DataLink : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);

    // For what waits on this side of the connection, before that.
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<RpcObject, IReadOnlyList<SignalPublisher>> _publishers = new();
    private readonly ConcurrentQueue<(long Token, MqttReason Reason)> _answers = new();
    private readonly Dictionary<long, ReliablePublisher> _waiting = [];
    private readonly EdgeBox _box;
    private readonly ReplaceableConnection _connection;
    private readonly DataContext _context;
    private readonly LogFeed _log;
    private readonly ILogger _logger;
    private readonly Parker _parker;
    private readonly Thread _thread;
    private readonly Observer _observer;
    private readonly Lock _gate = new();
    private volatile bool _isConnected;
    private volatile bool _isStopping;
    private bool _hasSpoken;
    private long _token;

    /// <param name="box">The box.</param>
    /// <param name="topics">Its topics.</param>
    /// <param name="options">How it is shown.</param>
    /// <param name="connect">Makes its connection.</param>
    public DataLink(EdgeBox box, Topics topics, BridgeOptions options, MqttConnect connect)
    {
        _box = box;
        _logger = box.LoggerFactory.CreateLogger(DataConnection.LoggerCategory);
        _connection = new ReplaceableConnection(connect, DataConnection.OptionsOf, box.TimeProvider, _logger);
        _parker = Parker.Create(box.TimeProvider);
        _context = new DataContext(box, topics, options, _connection, _parker.Unpark);
        _log = new LogFeed(box, topics, options.LogLevel, _parker.Unpark);
        _observer = new Observer(this);
        _thread = new Thread(Run) { IsBackground = true, Name = "bridge data" };
    }

    /// <summary>How many values were lost on the way to the connection.</summary>
    public long Lost => _context.Loss.Total;

    /// <summary>How often its client was exchanged because it hung.</summary>
    public int Replacements => _connection.Replacements;

    /// <summary>Begins to take signals and lines; they are sent once the box may <see cref="Speak"/>.</summary>
    public void Start()
    {
        _box.AddObserver(_observer);
        foreach (var target in _box.Objects)
            _observer.OnAdded(target);
        if (_log.IsOn)
            _box.LoggerFactory.AddProvider(_log);
        _thread.Start();
    }

    /// <summary>The box has its id, for the first time or again: connects, unless it is connected. From the bridge's worker.</summary>
    public void Speak()
    {
        if (_hasSpoken)
            _connection.Resume();
        else
            _connection.Start(new Events(this));
        _hasSpoken = true;
    }

    /// <summary>Another box may have the id: says goodbye to the broker and stays away until the next <see cref="Speak"/>.</summary>
    public Task SilenceAsync(TimeSpan patience) => _connection.PauseAsync(patience);

    /// <summary>Connects anew, with the files that the options name as they are then.</summary>
    public void Renew() => _connection.Renew();

    /// <summary>Sends what was published until now, says goodbye to the broker and ends. The box should have stopped before.</summary>
    public async ValueTask DisposeAsync()
    {
        _box.RemoveObserver(_observer);
        _log.Stop();
        _isStopping = true;
        _parker.Unpark();
        if (_thread.IsAlive)
            _thread.Join();
        var wasConnected = _isConnected;
        if (!await _connection.StopAsync(MqttStop.Clean, StopPatience).ConfigureAwait(false) && wasConnected)
            LogLastNotSent(_logger);
        await _connection.DisposeAsync().ConfigureAwait(false);
        // The last words of the broker: what it has need not be sent again by the next run of the box.
        TakeAnswers(_box.TimeProvider.GetNanoseconds());
        foreach (var publisher in Publishers)
            publisher.Dispose();
    }

    private IEnumerable<SignalPublisher> Publishers => _publishers.Values.SelectMany(publishers => publishers);

    private void Run()
    {
        while (!_isStopping)
            _parker.Park(Try(() => Work(_box.TimeProvider.GetNanoseconds())));
        _ = Try(WorkLast);
    }

    // What was published until now, as far as the connection takes it in time.
    private long WorkLast()
    {
        foreach (var publisher in Publishers)
            publisher.TryFlushAll(_box.TimeProvider.GetNanoseconds());
        var deadline = _box.TimeProvider.GetDeadline(LastPatience);
        while (true)
        {
            var now = _box.TimeProvider.GetNanoseconds();
            var next = Work(now);
            if (!_isConnected || now >= deadline || !Publishers.Any(publisher => publisher.HasWaiting))
                return next;
            _parker.Park(Math.Min(next, deadline));
        }
    }

    private long Try(Func<long> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception)
        {
            LogFailed(_logger, exception);
            return _box.TimeProvider.GetNanoseconds() + MonotonicTime.Second;
        }
    }

    /// <summary>Does what is due.</summary>
    /// <returns>When to look again, monotonic nanoseconds.</returns>
    private long Work(long now)
    {
        var next = MonotonicTime.Never;
        TakeAnswers(now);
        foreach (var (target, publishers) in _publishers)
        {
            foreach (var publisher in publishers)
            {
                publisher.Flush(now, ref next);
                if (_isConnected)
                    publisher.Send(now, ref next);
            }

            if (publishers.All(publisher => publisher.IsDone))
                Forget(target, publishers);
        }

        if (_isConnected)
            _log.Flush(_connection, now, ref next);
        _context.Loss.Look(now, ref next);
        return next;
    }

    private void TakeAnswers(long now)
    {
        while (_answers.TryDequeue(out var answer))
        {
            if (_waiting.Remove(answer.Token, out var publisher))
                publisher.OnAcknowledged(answer.Token, answer.Reason, now);
        }
    }

    private void Forget(RpcObject target, IReadOnlyList<SignalPublisher> publishers)
    {
        foreach (var publisher in publishers)
            publisher.Dispose();
        _publishers.TryRemove(target, out _);
    }

    private long NextToken(ReliablePublisher publisher)
    {
        _waiting[++_token] = publisher;
        return _token;
    }

    // The documents of settings and status are what their signals are, and are there for the late too.
    private SignalPublisher[] CreatePublishers(RpcObject target) =>
        [.. target.Signals.All.Where(signal => signal.Description.HasHistory).Select(Create)];

    private SignalPublisher Create(Signal signal) =>
        signal.Description.Reliable ? new ReliablePublisher(signal, _context, NextToken) : new StreamPublisher(signal, _context);

    [LoggerMessage(2504, LogLevel.Error, "The worker for signals failed; it goes on")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(2505, LogLevel.Warning, "Not all signals could be sent before the bridge ended")]
    private static partial void LogLastNotSent(ILogger logger);

    /// <summary>What the box tells.</summary>
    private sealed class Observer(DataLink link) : IBoxObserver
    {
        public void OnAdded(RpcObject target)
        {
            // At the start an object may be announced twice.
            lock (link._gate)
            {
                if (!link._publishers.ContainsKey(target) && link.CreatePublishers(target) is { Length: > 0 } publishers)
                    link._publishers[target] = publishers;
            }
        }

        public void OnRemoved(RpcObject target)
        {
            // Of a box that stops, the bridge sends the last values when it ends.
            if (link._box.IsStopping || !link._publishers.TryGetValue(target, out var publishers))
                return;
            foreach (var publisher in publishers)
                publisher.Close();
        }

        public void OnChanged(RpcObject target, ObjectAspect aspect)
        {
        }

        public void OnAlarm(string id)
        {
        }
    }

    /// <summary>What the connection tells, on its own thread.</summary>
    private sealed class Events(DataLink link) : IMqttEvents
    {
        public void OnConnected(MqttSession session)
        {
            link._isConnected = true;
            link._parker.Unpark();
        }

        public void OnDisconnected(MqttDisconnection disconnection) => link._isConnected = false;

        public void OnMessage(in MqttMessage message)
        {
        }

        public void OnAcknowledged(long token, MqttReason reason)
        {
            link._answers.Enqueue((token, reason));
            link._parker.Unpark();
        }

        public void OnSubscribed(MqttSubscription subscription, MqttReason reason)
        {
        }

        public void OnUnsubscribed(string filter, MqttReason reason)
        {
        }

        public void OnRoom() => link._parker.Unpark();
    }
}
