using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The one connection of a client: what is sent again when it comes back, what is subscribed, who waits for what.</summary>
internal sealed class ClientLink : IMqttEvents, IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly EdgeClientOptions _options;
    private readonly IMqttConnection _connection;
    private readonly ClientInbox _inbox;
    private readonly ClientPresence _presence;
    private readonly ConcurrentDictionary<long, Delivery> _deliveries = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string _whyNot = "there was no connection to the broker yet";
    private readonly CancellationTokenSource _closed = new();
    private long _number;

    public ClientLink(EdgeClientOptions options)
    {
        _options = options;
        var logger = options.LoggerFactory.CreateLogger("Qmi.Edge.Client");
        var process = BootId.Create(options.TimeProvider);
        Topics = new ClientTopics(options.Prefix, options.UserName, process);
        _inbox = new ClientInbox(options.InboxBytes, Counters, logger);
        Subscriptions = new TopicSubscriptions(_inbox, logger);
        _presence = new ClientPresence(Topics, options.TimeProvider);
        _connection = options.CreateConnection(process, _presence.GetWill);
        Logger = logger;
    }

    public ClientTopics Topics { get; }

    public TimeProvider TimeProvider => _options.TimeProvider;

    public TimeSpan DefaultTimeout => _options.Timeout;

    public ClientCounters Counters { get; } = new();

    public ILogger Logger { get; }

    public TopicSubscriptions Subscriptions { get; }

    /// <summary>Cancelled when the client is disposed.</summary>
    public CancellationToken Closed => _closed.Token;

    public int MaximumResultBytes => _options.MaximumResultBytes;

    public bool IsConnected => _connection.Session is not null;

    /// <summary>Why something was not sent.</summary>
    public string WhyNotConnected => !IsConnected ? _whyNot : "the connection to the broker did not take it in time";

    /// <summary>Connects; completes when replies can be received.</summary>
    /// <exception cref="QmiException">FORBIDDEN: the broker does not let the user in; EXPIRED: it was not reached in time.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _connection.Start(this);
        try
        {
            await _ready.Task.WaitAsync(_options.ConnectTimeout, TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new QmiException(ErrorCode.Expired, $"{_options.Host}:{_options.Port} was not reached within {_options.ConnectTimeout.TotalSeconds} s: {_whyNot}.");
        }
    }

    public long NextNumber() => Interlocked.Increment(ref _number);

    /// <summary>Hands a publication to the connection; false when it does not take it now.</summary>
    /// <exception cref="QmiException">PAYLOAD_TOO_LARGE.</exception>
    public bool TryPublish(in MqttPublication publication)
    {
        try
        {
            return _connection.TryPublish(publication);
        }
        catch (ArgumentException exception)
        {
            throw new QmiException(ErrorCode.PayloadTooLarge, $"What should be sent cannot be: {exception.Message}", exception);
        }
    }

    /// <summary>Sends something until it is answered; whoever asked removes it in the end.</summary>
    /// <exception cref="QmiException">BUSY: too much waits already; CANCELLED: the client was disposed.</exception>
    public void Add(Delivery delivery)
    {
        if (_deliveries.Count >= _options.MaximumPendingCalls)
            throw new QmiException(ErrorCode.Busy, $"{_options.MaximumPendingCalls} calls wait for their answers already: call less often, or allow more (MaximumPendingCalls).") { RetryAfter = TimeSpan.FromMilliseconds(100) };
        _deliveries[delivery.Number] = delivery;
        // Looked at after it was added: whoever closes answers all that it finds, and this is not found any more.
        if (Closed.IsCancellationRequested)
        {
            Remove(delivery);
            throw Disposed();
        }

        delivery.Send();
    }

    public void Remove(Delivery delivery) => _deliveries.TryRemove(delivery.Number, out _);

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync().ConfigureAwait(false);
        foreach (var delivery in _deliveries.Values)
            delivery.GiveUp(delivery.MayHaveArrived ? Disposed(Executed.Unknown) : Disposed());
        if (IsConnected)
            _presence.Publish(_connection, "offline");
        await _connection.StopAsync(MqttStop.Clean, StopPatience).ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _inbox.DisposeAsync().ConfigureAwait(false);
    }

    public void OnConnected(MqttSession session)
    {
        // In this order, which the broker keeps: an answer cannot come before it is listened for.
        _connection.TrySubscribe(new MqttSubscription(Topics.Replies) { RetainHandling = MqttRetainHandling.DoNotSend });
        _connection.TrySubscribe(new MqttSubscription(Topics.State) { NoLocal = true });
        Subscriptions.OnConnected(_connection);
        _presence.Publish(_connection, "online");
        foreach (var delivery in _deliveries.Values)
            delivery.Send();
    }

    public void OnDisconnected(MqttDisconnection disconnection)
    {
        _whyNot = disconnection.Text;
        // Trying again does not help somebody whom the broker does not know.
        if (!disconnection.WasConnected && disconnection.Reason is MqttReason.BadUserNameOrPassword or MqttReason.NotAuthorized or MqttReason.Banned)
            _ready.TrySetException(new QmiException(ErrorCode.Forbidden, $"{_options.Host}:{_options.Port} does not let {_options.UserName} in: {disconnection.Text}."));
    }

    public void OnMessage(in MqttMessage message)
    {
        if (Topics.TryReadReply(message.Topic, out var box, out var number))
            OnReply(box, number, message.Payload);
        else if (message.Topic.SequenceEqual(_presence.Topic))
            _presence.Look(_connection, message.Payload, Closed.IsCancellationRequested);
        else
            Subscriptions.Receive(message);
    }

    public void OnAcknowledged(long token, MqttReason reason)
    {
        if (_deliveries.TryGetValue(token, out var delivery))
            delivery.OnAcknowledged(reason);
    }

    public void OnSubscribed(MqttSubscription subscription, MqttReason reason)
    {
        if (subscription.Filter != Topics.Replies)
            Subscriptions.OnSubscribed(subscription, reason);
        else if (reason < MqttReason.UnspecifiedError)
            _ready.TrySetResult();
        else if (reason != MqttReason.ConnectionLost)
            _ready.TrySetException(new QmiException(ErrorCode.Forbidden, $"The broker does not let {_options.UserName} receive answers on {subscription.Filter}: {reason.GetText()}."));
    }

    public void OnUnsubscribed(string filter, MqttReason reason)
    {
    }

    public void OnRoom()
    {
        Subscriptions.OnRoom();
        foreach (var delivery in _deliveries.Values)
            delivery.OnRoom();
    }

    private void OnReply(ReadOnlySpan<byte> box, long number, ReadOnlySpan<byte> payload)
    {
        // Only the box that was asked may write below its name: what another one says is no answer.
        if (!_deliveries.TryGetValue(number, out var delivery) || !box.SequenceEqual(Encoding.UTF8.GetBytes(delivery.Box)) || !delivery.OnAnswer(payload.ToArray()))
            Counters.UnexpectedReply();
    }

    private static QmiException Disposed(Executed executed = Executed.No) => new(ErrorCode.Cancelled, "The client was disposed while the call waited.", executed);
}
