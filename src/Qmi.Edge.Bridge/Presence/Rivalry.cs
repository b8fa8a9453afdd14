using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Another box with our id, started later.</summary>
/// <param name="Boot">Its run.</param>
/// <param name="Lives">It has given a sign of life, as opposed to a state that may be stale.</param>
internal sealed record Rival(string Boot, bool Lives);

/// <summary>
/// What a box does that has given way to a newer one with its id: it proves whether that one lives, and comes back when it does not. The
/// proof is made again and again, ever more rarely; tasks are not affected. Lives on the worker's thread.
/// </summary>
internal sealed partial class Rivalry(EdgeBox box, Topics topics, MqttConnect connect, BridgeOptions options, Action wake, ILogger logger)
{
    /// <summary>The alarm that both boxes raise.</summary>
    public const string AlarmId = "duplicate-box-id";

    /// <summary>Its code.</summary>
    public const string AlarmCode = "DUPLICATE_BOX_ID";

    private RivalProbe? _probe;
    private Rival? _rival;
    private int _proofs;
    private bool _isClaiming;
    private long _nextProof;

    /// <summary>The run to which the box gave way last.</summary>
    public string? Last { get; private set; }

    /// <summary>Gives way.</summary>
    /// <param name="rival">The other run.</param>
    /// <param name="now">Monotonic nanoseconds.</param>
    public void Begin(Rival rival, long now)
    {
        // One that comes back right after it seemed dead does not get the next proof earlier for it.
        (_rival, Last, _nextProof) = (rival, rival.Boot, Math.Max(now, _nextProof));
        LogGivingWay(logger, box.Name, box.Boot, rival.Boot);
        if (rival.Lives)
            RaiseAlarm(rival.Boot);
    }

    /// <summary>The box had its id for long enough without a rival: the next one is a new story.</summary>
    public void Forget() => _proofs = 0;

    /// <summary>Does what is due.</summary>
    /// <returns>True when the rival does not live: the box may come back.</returns>
    public bool Work(long now, ref long next)
    {
        if (_probe is null)
        {
            if (now < _nextProof)
            {
                next = Math.Min(next, _nextProof);
                return false;
            }

            _isClaiming = false;
            _probe = new RivalProbe(connect, topics, box.Boot, options, _rival!.Lives, box.TimeProvider, logger, wake);
            _probe.Start();
        }

        if (_probe.Living is { } living)
        {
            Claim(living, now, ref next);
            return false;
        }

        if (!_probe.IsDead(now, ref next))
            return false;
        LogReturning(logger, box.Name, _rival!.Boot);
        box.Alarms.Clear(AlarmId);
        EndProof(now);
        _rival = null;
        return true;
    }

    /// <summary>Ends whatever is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_probe is not null)
            await _probe.DisposeAsync().ConfigureAwait(false);
    }

    private void Claim(string living, long now, ref long next)
    {
        if (!_isClaiming)
        {
            (_rival, Last) = (new Rival(living, Lives: true), living);
            RaiseAlarm(living);
            var claim = new PresenceDocument(PresenceState.Degraded, box.Boot, 0) { Since = box.TimeProvider.GetUtcNow(), Reason = $"two boxes have the id {box.Name}; this is the older one, which keeps away" };
            _isClaiming = _probe!.TryClaim(claim.ToBytes());
        }

        if (_probe!.IsClaimed)
        {
            EndProof(now);
            LogRivalLives(logger, box.Name, living, MonotonicTime.FromNanoseconds(_nextProof - now));
        }

        next = Math.Min(next, Math.Max(_nextProof, now + MonotonicTime.Second));
    }

    private void RaiseAlarm(string rival) =>
        box.Alarms.Raise(AlarmId, AlarmSeverity.Error, AlarmCode, $"Another box that was started later uses the id {box.Name} (boot {rival}): this one is not on MQTT, its tasks run. Give one of them another id in box.json, or stop it.");

    private void EndProof(long now)
    {
        // It says goodbye on its own time: the worker does not wait for brokers.
        _ = _probe!.DisposeAsync().AsTask();
        _probe = null;
        var wait = options.RivalRetry.Ticks * Math.Pow(2, Math.Min(_proofs, 30));
        _nextProof = now + MonotonicTime.ToNanoseconds(TimeSpan.FromTicks((long)Math.Min(wait, options.MaximumRivalRetry.Ticks)));
        _proofs++;
    }

    [LoggerMessage(2020, LogLevel.Error, "Another box with the id {Box} was seen that was started later than this one ({Boot}): {Rival}. This box gives way until it is proven that the other does not live")]
    private static partial void LogGivingWay(ILogger logger, string box, string boot, string rival);

    [LoggerMessage(2021, LogLevel.Error, "The other box with the id {Box} lives ({Rival}): this one keeps away from the broker and looks again in {Delay}. Its tasks run")]
    private static partial void LogRivalLives(ILogger logger, string box, string rival, TimeSpan delay);

    [LoggerMessage(2022, LogLevel.Warning, "The other box with the id {Box} does not live any more ({Rival}): this one comes back")]
    private static partial void LogReturning(ILogger logger, string box, string rival);
}
