using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The connection over libmosquitto (package <c>libmosquitto1</c>): one thread owns the library's handle, all others hand over by copy.</summary>
public sealed class MosquittoConnection : IMqttConnection
{
    // What DisposeAsync grants, and what a handler that runs is granted beyond the patience of a stop.
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(2);

    // Every wait is bounded; nobody waits longer than a day for a stop.
    private static readonly TimeSpan LongestPatience = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly MqttOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly Random _random;
    private readonly Outbox _outbox;
    private readonly Doorbell _doorbell;
    private readonly StopSignal _stop = new();
    private MosquittoSupervisor? _supervisor;
    private Thread? _thread;

    /// <summary>A connection that is not begun.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DllNotFoundException">libmosquitto is not installed; the message names the package.</exception>
    public MosquittoConnection(MqttOptions options, ILogger? logger = null, TimeProvider? timeProvider = null)
        : this(options, logger, timeProvider, Random.Shared)
    {
    }

    internal MosquittoConnection(MqttOptions options, ILogger? logger, TimeProvider? timeProvider, Random random)
    {
        options.ThrowIfInvalid();
        MosquittoLibrary.EnsureLoaded();
        _options = options;
        _logger = logger ?? NullLogger.Instance;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _random = random;
        _outbox = new Outbox(options.OutboxBytes);
        _doorbell = new Doorbell(_timeProvider);
    }

    /// <inheritdoc/>
    public MqttSession? Session => _supervisor?.Session;

    /// <inheritdoc/>
    public long? WorkInProgress => _doorbell.Awake;

    /// <inheritdoc/>
    public void Start(IMqttEvents events)
    {
        ArgumentNullException.ThrowIfNull(events);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop.Request is not null, this);
            if (_thread is not null)
                throw new InvalidOperationException("The connection is started already.");

            _supervisor = new MosquittoSupervisor(_options, new GuardedEvents(events, _logger), _outbox, _doorbell, _stop, _random, _logger, _timeProvider);
            _thread = new Thread(Run) { IsBackground = true, Name = "qmi-mqtt" };
            _thread.Start();
        }
    }

    /// <inheritdoc/>
    public bool TryPublish(in MqttPublication publication)
    {
        publication.ThrowIfInvalid();
        if (OwnLink is { } link && link.TrySend(publication))
            return true;
        if (!_outbox.TryAdd(publication, out var wasEmpty))
            return false;
        if (wasEmpty)
            _doorbell.Ring();
        return true;
    }

    /// <inheritdoc/>
    public bool TrySubscribe(MqttSubscription subscription)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        if (subscription.Qos > MqttQos.AtLeastOnce)
            throw new ArgumentException("A subscription has QoS 0 or 1.", nameof(subscription));
        return TrySend(OutboxKind.Subscribe, subscription.Filter, subscription.Qos, MqttSubscriptionOptions.Encode(subscription));
    }

    /// <inheritdoc/>
    public bool TryUnsubscribe(string filter) => TrySend(OutboxKind.Unsubscribe, filter, MqttQos.AtMostOnce, 0);

    /// <inheritdoc/>
    public long Renew()
    {
        // Before the start there is nothing to renew: the first connection comes after this call anyway.
        var newest = _supervisor?.Renew() ?? 0;
        _doorbell.Ring();
        return newest;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> StopAsync(MqttStop how, TimeSpan patience)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(patience, LongestPatience);
        lock (_gate)
        {
            _stop.Set(new StopRequest(how, _timeProvider.GetDeadline(patience)));
            _outbox.Seal();
            _doorbell.Ring();
            if (_thread is null)
                End(complete: false);
        }

        try
        {
            return await _stop.Stopped.WaitAsync(patience + ShortPatience, _timeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _logger.ThreadStuck(patience + ShortPatience);
            return false;
        }
    }

    /// <inheritdoc/>
    public void Sever() => _supervisor?.Link?.Sever();

    /// <summary>A clean stop within two seconds.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(MqttStop.Clean, ShortPatience).ConfigureAwait(false);

    /// <summary>The link, when the caller is one of our own handlers.</summary>
    private MosquittoLink? OwnLink => Thread.CurrentThread == _thread ? _supervisor?.Link : null;

    private bool TrySend(OutboxKind kind, string filter, MqttQos qos, byte options)
    {
        MqttFilter.ThrowIfInvalid(filter);
        if (OwnLink is { } link && link.TrySend(kind, filter, qos, options))
            return true;
        if (!_outbox.TryAdd(kind, filter, qos, options, out var wasEmpty))
            return false;
        if (wasEmpty)
            _doorbell.Ring();
        return true;
    }

    private void Run()
    {
        var complete = false;
        try
        {
            complete = _supervisor!.Run();
        }
        catch (Exception exception)
        {
            _logger.Defect(exception);
        }
        finally
        {
            End(complete);
        }
    }

    private void End(bool complete)
    {
        _outbox.Dispose();
        _doorbell.Dispose();
        _stop.Complete(complete);
    }
}
