using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Maps a box to MQTT topics, and nothing else: the runtime decides, the bridge translates.</summary>
public sealed partial class MqttBridge : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);

    private readonly EdgeBox _box;
    private readonly ReplaceableConnection _control;
    private readonly BoxConnection _connection;
    private readonly BridgeOptions _options;
    private readonly Topics _topics;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<RpcObject, ObjectDocuments> _objects = new();
    private readonly TopicLedger _ledger;
    private readonly DocumentBoard _documents;
    private readonly BoxDocuments _boxDocuments;
    private readonly AlarmDocuments _alarmDocuments;
    private readonly HomeAssistantDocument? _homeAssistant;
    private readonly BoxPresence _presence;
    private readonly BoxIdentity _identity = new();
    private readonly SubscriptionDesk _subscriptions;
    private readonly HealthPublisher _health;
    private readonly BrokerPing _ping;
    private readonly ReplySender _replies;
    private readonly RequestReceiver _requests;
    private readonly PushReceiver _pushes;
    private readonly CallerWatch _callers;
    private readonly LockNotices _lockNotices;
    private readonly Redeliveries _redeliveries;
    private readonly BridgeWorker _worker;
    private readonly DataLink _data;
    private readonly BoxCertificates? _certificates;
    private int _connectionStarted;
    private int _stopped;

    /// <summary>A bridge between a box and a broker, at rest until <see cref="Start"/>.</summary>
    /// <param name="box">The box to show.</param>
    /// <param name="connect">Makes a connection; it is told what the bridge changes in the configured options.</param>
    /// <param name="options">How the box is shown.</param>
    public MqttBridge(EdgeBox box, MqttConnect connect, BridgeOptions options)
    {
        ArgumentNullException.ThrowIfNull(box);
        ArgumentNullException.ThrowIfNull(connect);
        ArgumentNullException.ThrowIfNull(options);
        (_box, _options) = (box, options);
        _logger = box.LoggerFactory.CreateLogger("Qmi.Edge.Bridge");
        _topics = new Topics(options.Prefix, box.Name);
        _presence = new BoxPresence(box, _topics);
        _control = new ReplaceableConnection(connect, configured => configured with { Will = _presence.GetWill }, box.TimeProvider, box.LoggerFactory.CreateLogger<MosquittoConnection>());
        _ledger = new TopicLedger(box, _topics.Box, Wake, _logger);
        _connection = new BoxConnection(_control, _identity, _ledger);
        _documents = new DocumentBoard(Wake, _ledger);
        _boxDocuments = new BoxDocuments(box, _topics, options, _documents, () => _connection.Session);
        _alarmDocuments = new AlarmDocuments(box, _topics, _documents);
        _homeAssistant = options.HomeAssistant is { } homeAssistant ? new HomeAssistantDocument(box, options, homeAssistant, _documents, _logger) : null;
        BoxDescription.AddFormatsTo(box, options);
        _subscriptions = new SubscriptionDesk(box, _connection, _logger);
        _ping = new BrokerPing(_connection, _topics, box.TimeProvider);
        _replies = new ReplySender(box, _topics, _connection, _logger);
        _requests = new RequestReceiver(box, _topics, options, _replies, _logger);
        _callers = new CallerWatch(box, _topics, _connection, _subscriptions);
        _lockNotices = new LockNotices(box, _topics, _connection, _logger);
        _redeliveries = new Redeliveries(_logger);
        _data = new DataLink(box, _topics, options, connect);
        _health = new HealthPublisher(box, _topics, options.HealthInterval, () => new BridgeHealth(_replies.Count, _replies.Dropped, _redeliveries.Dropped, _data.Lost, _ping.RoundTrip, _control.Replacements + _data.Replacements));
        _pushes = new PushReceiver(box, _topics, options, () => _worker!.AcksChanged(), _logger);
        _worker = new BridgeWorker(this, connect);
        if (options.Tls is { } tls)
            _certificates = new BoxCertificates(box, tls, options.CertificateTrial, Renew, _logger);
    }

    /// <summary>Begins to connect; the box runs whether that succeeds or not.</summary>
    public void Start()
    {
        var observer = new Observer(this);
        _box.AddObserver(observer);
        foreach (var target in _box.Objects)
            observer.OnAdded(target);
        _ledger.Announce(_topics.Health);
        _replies.SendOwed();
        _worker.Start();
        _certificates?.Start();
        _data.Start();
        TryStartConnection();
    }

    /// <summary>Publishes the last documents, says goodbye to the broker and ends. The box should have stopped before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        _certificates?.Dispose();
        _worker.Stop();
        // Before the box is offline, so that nothing comes from it after that.
        await _data.DisposeAsync().ConfigureAwait(false);
        if (_connection.Session is not null && _identity.IsOwned)
            PublishLast();
        if (!await _connection.StopAsync(MqttStop.Clean, StopPatience).ConfigureAwait(false))
            LogLastNotSent(_logger);
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _worker.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Whether nothing of earlier runs is left at the broker that the box could clear.</summary>
    internal bool IsCleared => _worker.IsCleared;

    private void Wake() => _worker?.Wake();

    private long Renew()
    {
        _data.Renew();
        return _control.Renew();
    }

    // The will retains something on the state's topic without the box: that topic must be written down before there is a will.
    private void TryStartConnection()
    {
        if (Volatile.Read(ref _connectionStarted) == 0 && _ledger.Announce(_topics.State) && Interlocked.Exchange(ref _connectionStarted, 1) == 0)
            _control.Start(new Events(this));
    }

    private void PublishLast()
    {
        _documents.FlushLast(_connection);
        foreach (var ack in _pushes.Documents)
            ack.Flush(_connection);
        _replies.Flush();
        _lockNotices.Flush();
        _presence.Publish(_connection, PresenceState.Offline, StopReason);
    }

    private string StopReason => _box.RestartRequested is { IsCompletedSuccessfully: true, Result: var request }
        ? $"restart asked for by {request.By}{(request.Reason is { } reason ? $": {reason}" : "")}"
        : "the box was stopped";

    [LoggerMessage(2001, LogLevel.Warning, "Not everything could be sent before the bridge ended")]
    private static partial void LogLastNotSent(ILogger logger);
}
