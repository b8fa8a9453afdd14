using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Maps a box to MQTT topics, and nothing else: the runtime decides, the bridge translates.</summary>
public sealed partial class MqttBridge : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);

    private readonly EdgeBox _box;
    private readonly IMqttConnection _connection;
    private readonly BridgeOptions _options;
    private readonly Topics _topics;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<RpcObject, ObjectEntry> _objects = new();
    private readonly BoxDocuments _boxDocuments;
    private readonly HomeAssistantDocument? _homeAssistant;
    private readonly BoxPresence _presence;
    private readonly HealthPublisher _health;
    private readonly ReplySender _replies;
    private readonly RequestReceiver _requests;
    private readonly PushReceiver _pushes;
    private readonly CallerWatch _callers;
    private readonly LockNotices _lockNotices;
    private readonly BridgeWorker _worker;
    private readonly BoxCertificates? _certificates;
    private readonly DataLink _data;
    private int _stopped;

    /// <summary>A bridge between a box and a connection, at rest until <see cref="Start"/>.</summary>
    /// <param name="box">The box to show.</param>
    /// <param name="createConnection">Makes the connection; it is given the will, which names the connection that it belongs to.</param>
    /// <param name="createDataConnection">Makes the connection for signals and log lines, with a client identifier of its own (<see cref="DataConnection"/>).</param>
    /// <param name="options">How the box is shown.</param>
    public MqttBridge(EdgeBox box, Func<Func<long, MqttWill?>, IMqttConnection> createConnection, Func<IMqttConnection> createDataConnection, BridgeOptions options)
    {
        (_box, _options) = (box, options);
        _logger = box.LoggerFactory.CreateLogger("Qmi.Edge.Bridge");
        _topics = new Topics(options.Prefix, box.Name);
        _presence = new BoxPresence(box, _topics);
        _connection = createConnection(_presence.GetWill);
        _boxDocuments = new BoxDocuments(box, _topics, options);
        _homeAssistant = options.HomeAssistant is { } homeAssistant ? new HomeAssistantDocument(box, options, homeAssistant, _logger) : null;
        BoxDescription.AddFormatsTo(box, options);
        _health = new HealthPublisher(box, _topics, options.HealthInterval);
        _replies = new ReplySender(box, _topics, _connection, _logger);
        _requests = new RequestReceiver(box, _topics, options, _replies);
        _callers = new CallerWatch(box, _topics, _connection);
        _lockNotices = new LockNotices(box, _topics, _connection, _logger);
        _worker = new BridgeWorker(this, box.TimeProvider, _logger);
        _data = new DataLink(box, _topics, options, createDataConnection());
        _pushes = new PushReceiver(box, _topics, options, _worker.Wake, _logger);
        if (options.Tls is { } tls)
            _certificates = new BoxCertificates(box, tls, options.CertificateTrial, () => _connection.Renew(), _logger);
    }

    /// <summary>Begins to connect; the box runs whether that succeeds or not.</summary>
    public void Start()
    {
        var observer = new Observer(this);
        _box.AddObserver(observer);
        foreach (var target in _box.Objects)
            observer.OnAdded(target);
        _replies.SendOwed();
        _worker.Start();
        _certificates?.Start();
        _connection.Start(new Events(this));
        _data.Start();
    }

    /// <summary>Publishes the last documents, says goodbye to the broker and ends. The box should have stopped before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        _certificates?.Dispose();
        // Before the box is offline, so that nothing comes from it after that.
        await _data.DisposeAsync().ConfigureAwait(false);
        _worker.Stop();
        if (_connection.Session is not null)
            PublishLast();
        if (!await _connection.StopAsync(MqttStop.Clean, StopPatience).ConfigureAwait(false))
            LogLastNotSent(_logger);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private IEnumerable<IDocument> Documents =>
        _boxDocuments.All.Concat<IDocument>(_objects.Values.SelectMany(entry => entry.Documents.All)).Concat(_pushes.Documents).Concat(_homeAssistant is null ? [] : [_homeAssistant.Retained]);

    private string PresenceNow => _box.Alarms.Raised.Any(alarm => alarm.Severity >= AlarmSeverity.Error) ? "degraded" : "online";

    private void PublishLast()
    {
        var next = MonotonicTime.Never;
        foreach (var document in Documents)
            document.Flush(_connection, long.MaxValue, ref next);
        _replies.Flush();
        _lockNotices.Flush();
        _presence.Publish(_connection, "offline", "the box was stopped");
    }

    [LoggerMessage(2001, LogLevel.Warning, "Not everything could be sent before the bridge ended")]
    private static partial void LogLastNotSent(ILogger logger);

    private sealed class ObjectEntry(RpcObject target, Topics topics, BridgeOptions options)
    {
        public ObjectDocuments Documents { get; } = new(target, topics, options);
    }
}
