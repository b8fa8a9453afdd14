using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Bridge;

/// <summary>
/// A connection whose client can be exchanged: for a new one when its thread hangs, for none while the box must be silent. To its owner it
/// is one connection: sessions are counted through, and whatever an exchanged client had accepted is answered.
/// </summary>
/// <param name="connect">Makes a client.</param>
/// <param name="customise">What is changed in the configured options.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Where to log.</param>
internal sealed partial class ReplaceableConnection(MqttConnect connect, Func<MqttOptions, MqttOptions> customise, TimeProvider timeProvider, ILogger logger) : IMqttConnection
{
    // Looks, not time: a process that was stopped and goes on has looked at nothing meanwhile.
    private const int LooksToSever = 3;
    private const int LooksToReplace = 4;

    private readonly Lock _gate = new();
    private TimeSpan _keepAlive = new MqttOptions { Host = "-", ClientId = "-" }.KeepAlive;
    private IMqttEvents? _events;
    private ReplaceableClient? _client;
    private ITimer? _watchdog;
    private MqttSession? _session;
    private long _newest;
    private int _replacements;
    private bool _stopped;

    /// <summary>How often the client was exchanged because it hung.</summary>
    public int Replacements => Volatile.Read(ref _replacements);

    /// <inheritdoc/>
    public MqttSession? Session => Volatile.Read(ref _session);

    /// <inheritdoc/>
    public long? WorkInProgress => _client?.Connection.WorkInProgress;

    /// <inheritdoc/>
    public void Start(IMqttEvents events)
    {
        ArgumentNullException.ThrowIfNull(events);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            if (_events is not null)
                throw new InvalidOperationException("The connection is started already.");
            _events = events;
        }

        Resume();
        _watchdog = timeProvider.CreateTimer(static state => ((ReplaceableConnection)state!).Look(), this, _keepAlive, _keepAlive);
    }

    /// <inheritdoc/>
    public bool TryPublish(in MqttPublication publication) => Volatile.Read(ref _client)?.TryPublish(publication) ?? false;

    /// <inheritdoc/>
    public bool TrySubscribe(MqttSubscription subscription) => Volatile.Read(ref _client)?.TrySubscribe(subscription) ?? false;

    /// <inheritdoc/>
    public bool TryUnsubscribe(string filter) => Volatile.Read(ref _client)?.TryUnsubscribe(filter) ?? false;

    /// <inheritdoc/>
    public long Renew() => Volatile.Read(ref _client)?.Renew() ?? Interlocked.Read(ref _newest);

    /// <inheritdoc/>
    public void Sever() => Volatile.Read(ref _client)?.Connection.Sever();

    /// <summary>Says goodbye to the broker, without a will, and stays away until <see cref="Resume"/>.</summary>
    public async Task PauseAsync(TimeSpan patience)
    {
        if (Interlocked.Exchange(ref _client, null) is { } client)
            await EndAsync(client, MqttStop.Clean, patience).ConfigureAwait(false);
    }

    /// <summary>Connects again after <see cref="PauseAsync"/>; when there is a client already, nothing happens.</summary>
    public void Resume()
    {
        ReplaceableClient client;
        lock (_gate)
        {
            if (_stopped || _client is not null)
                return;
            client = Make();
        }

        client.Start();
    }

    /// <inheritdoc/>
    public async ValueTask<bool> StopAsync(MqttStop how, TimeSpan patience)
    {
        ReplaceableClient? client;
        lock (_gate)
        {
            _stopped = true;
            client = _client;
        }

        if (_watchdog is not null)
            await _watchdog.DisposeAsync().ConfigureAwait(false);
        return client is null || await client.Connection.StopAsync(how, patience).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(MqttStop.Clean, TimeSpan.FromSeconds(2)).ConfigureAwait(false);
        if (_client is { } client)
            await client.Connection.DisposeAsync().ConfigureAwait(false);
    }

    // Under the gate.
    private ReplaceableClient Make()
    {
        // Each client counts its own connections: those of the clients before are added.
        var before = Interlocked.Read(ref _newest);
        var connection = connect(options =>
        {
            options = customise(options);
            _keepAlive = options.KeepAlive;
            return options with
            {
                Will = options.Will is { } will ? number => will(before + number) : null,
                // The session of this process is resumed by whatever client it has.
                CleanStart = options.CleanStart && before == 0,
            };
        }, logger);
        var client = new ReplaceableClient(connection, before, _events!, OnConnected, OnDisconnected);
        Volatile.Write(ref _client, client);
        return client;
    }

    private void OnConnected(MqttSession session)
    {
        Interlocked.Exchange(ref _newest, session.Number);
        Volatile.Write(ref _session, session);
    }

    private void OnDisconnected(ReplaceableClient client)
    {
        // An old one that ends late says nothing about the one that took its place.
        if (Volatile.Read(ref _client) is not { } current || current == client)
            Volatile.Write(ref _session, null);
    }

    private void Look()
    {
        if (Volatile.Read(ref _client) is not { } client)
            return;
        switch (client.CountLooksAtTheSameWork())
        {
            case LooksToSever:
                LogSevered(logger, LooksToSever * _keepAlive);
                client.Connection.Sever();
                break;
            case LooksToReplace:
                Replace(client);
                break;
        }
    }

    // No thread can be ended from outside, and the library's handle must not be freed under it: the old client keeps both until it comes back, if ever.
    private void Replace(ReplaceableClient old)
    {
        ReplaceableClient client;
        lock (_gate)
        {
            if (_stopped || _client != old)
                return;
            client = Make();
            Volatile.Write(ref _session, null);
        }

        LogReplaced(logger, Interlocked.Increment(ref _replacements));
        old.Abandon();
        _ = EndAsync(old, MqttStop.Abrupt, TimeSpan.Zero);
        client.Start();
    }

    private async Task EndAsync(ReplaceableClient client, MqttStop how, TimeSpan patience)
    {
        try
        {
            await client.Connection.StopAsync(how, patience).ConfigureAwait(false);
            await client.Connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Nobody waits for it, and nobody could do anything.
            LogEndFailed(logger, exception);
        }
    }

    [LoggerMessage(2010, LogLevel.Error, "The thread of the MQTT client has been at the same work for {Time}: its network connection is cut, to make it come back")]
    private static partial void LogSevered(ILogger logger, TimeSpan time);

    [LoggerMessage(2011, LogLevel.Error, "The thread of the MQTT client hangs and is abandoned; a new client takes its place, {Count} so far. Tasks are not affected")]
    private static partial void LogReplaced(ILogger logger, int count);

    [LoggerMessage(2012, LogLevel.Error, "An MQTT client that is not needed any more did not end")]
    private static partial void LogEndFailed(ILogger logger, Exception exception);
}
