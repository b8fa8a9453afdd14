using System.Text;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Listens, under a client identifier of its own so that it throws nobody out, for a sign of life of another box with our id: a state or a
/// health document that is published while it listens. What is retained proves nothing, apart from how often health is published.
/// </summary>
internal sealed class RivalProbe : IMqttEvents, IAsyncDisposable
{
    private const long ClaimToken = 1;
    private const int Unanswered = 2;
    private const double PeriodsToListen = 1.5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // Whatever a foreign document says of its period: within this, the contract's own range with room on both sides.
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromMinutes(2);

    private readonly IMqttConnection _connection;
    private readonly Topics _topics;
    private readonly string _boot;
    private readonly TimeProvider _timeProvider;
    private readonly Action _wake;
    private int _unanswered;
    private long _listensSince = MonotonicTime.Never;
    private long _period;
    private long _patience;
    private volatile string? _living;
    private volatile bool _saidGoodbye;
    private volatile bool _isClaimed;

    /// <summary>A probe at rest.</summary>
    /// <param name="connect">Makes its connection.</param>
    /// <param name="topics">The topics of the box.</param>
    /// <param name="boot">Our own run.</param>
    /// <param name="options">How often a box like ours gives a sign of life, and how long it takes to come back.</param>
    /// <param name="hasReconnected">The other one is known to connect again and again: it may be waiting for its next attempt.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Where its connection logs.</param>
    /// <param name="wake">Called when there is news.</param>
    public RivalProbe(MqttConnect connect, Topics topics, string boot, BridgeOptions options, bool hasReconnected, TimeProvider timeProvider, ILogger logger, Action wake)
    {
        (_topics, _boot, _timeProvider, _wake) = (topics, boot, timeProvider, wake);
        _period = MonotonicTime.ToNanoseconds(options.HealthInterval);
        _connection = connect(configured =>
        {
            if (hasReconnected)
                _patience = MonotonicTime.ToNanoseconds(configured.MaximumReconnectDelay + options.BirthSpread);
            return configured with { ClientId = configured.ClientId + "-probe", Will = null, CleanStart = true, SessionExpiry = TimeSpan.Zero };
        }, logger);
    }

    /// <summary>The run that gave a sign of life, or null.</summary>
    public string? Living => _living;

    /// <summary>The claim was answered: whether it arrived or not, the next proof makes another.</summary>
    public bool IsClaimed => _isClaimed;

    public void Start() => _connection.Start(this);

    /// <summary>Whether there was no sign of life for long enough, or a farewell.</summary>
    /// <param name="now">Monotonic nanoseconds.</param>
    /// <param name="next">Lowered to the time at which it must be asked again.</param>
    public bool IsDead(long now, ref long next)
    {
        if (_living is not null)
            return false;
        if (_saidGoodbye)
            return true;
        var since = Volatile.Read(ref _listensSince);
        if (since == MonotonicTime.Never)
            return false;
        var until = since + _patience + (long)(Volatile.Read(ref _period) * PeriodsToListen);
        next = Math.Min(next, until);
        return now >= until;
    }

    /// <summary>Says that we are here, so that the other box sees it and raises its alarm. Not retained: the retained state is the other's.</summary>
    public bool TryClaim(ReadOnlySpan<byte> payload) => _connection.TryPublish(new MqttPublication
    {
        Topic = Encoding.UTF8.GetBytes(_topics.State),
        Payload = payload,
        Qos = MqttQos.AtLeastOnce,
        Token = ClaimToken,
        PayloadIsUtf8 = true,
        ContentType = ContentTypes.Json,
    });

    public void OnConnected(MqttSession session)
    {
        _unanswered = Unanswered;
        _connection.TrySubscribe(new MqttSubscription(_topics.State) { NoLocal = true });
        _connection.TrySubscribe(new MqttSubscription(_topics.Health) { NoLocal = true });
    }

    // Silence counts only while there is somebody to hear it from.
    public void OnDisconnected(MqttDisconnection disconnection) => Volatile.Write(ref _listensSince, MonotonicTime.Never);

    public void OnSubscribed(MqttSubscription subscription, MqttReason reason)
    {
        if (reason >= MqttReason.UnspecifiedError || --_unanswered > 0)
            return;
        Volatile.Write(ref _listensSince, _timeProvider.GetNanoseconds());
        _wake();
    }

    public void OnMessage(in MqttMessage message)
    {
        var topic = Encoding.UTF8.GetString(message.Topic);
        if (topic == _topics.State)
            SeeState(message);
        else if (topic == _topics.Health)
            SeeHealth(message);
        _wake();
    }

    public void OnAcknowledged(long token, MqttReason reason)
    {
        _isClaimed |= token == ClaimToken;
        _wake();
    }

    public void OnUnsubscribed(string filter, MqttReason reason)
    {
    }

    public void OnRoom() => _wake();

    public async ValueTask DisposeAsync()
    {
        await _connection.StopAsync(MqttStop.Clean, Patience).ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private void SeeState(in MqttMessage message)
    {
        if (message.Retain || PresenceDocument.TryRead(message.Payload) is not { } seen || seen.Boot == _boot)
            return;
        if (seen.IsAlive)
            _living = seen.Boot;
        else
            _saidGoodbye = true;
    }

    private void SeeHealth(in MqttMessage message)
    {
        if (HealthSign.TryRead(message.Payload) is not { } sign || sign.Boot == _boot)
            return;
        if (!message.Retain)
            _living = sign.Boot;
        else if (sign.Period is { } period && period <= LongestPeriod)
            Volatile.Write(ref _period, Math.Max(Volatile.Read(ref _period), MonotonicTime.ToNanoseconds(period)));
    }
}
