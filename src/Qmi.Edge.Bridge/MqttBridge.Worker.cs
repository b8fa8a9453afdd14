using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

public sealed partial class MqttBridge
{
    /// <summary>The bridge's own thread: gives birth to the box after each connect, publishes what changed when its time has come, and keeps away while another box has the id.</summary>
    private sealed partial class BridgeWorker
    {
        // How soon to look again when the connection does not take more; it also tells when it has room.
        private const long Retry = 20 * MonotonicTime.Millisecond;

        private static readonly TimeSpan PausePatience = TimeSpan.FromSeconds(2);

        private readonly MqttBridge _bridge;
        private readonly TimeProvider _timeProvider;
        private readonly Parker _parker;
        private readonly Thread _thread;
        private readonly Birth _birth;
        private readonly LedgerClearing _clearing;
        private readonly Rivalry _rivalry;
        private readonly DuplicateAlarm _duplicate;
        private volatile MqttSession? _session;
        private volatile Rival? _yieldTo;
        private volatile bool _mustRepairPresence;
        private volatile bool _haveAcksChanged;
        private volatile bool _hasPresenceChanged;
        private volatile bool _stopping;
        private MqttSession? _bornIn;
        private long _bornAt;
        private Task _pause = Task.CompletedTask;

        public BridgeWorker(MqttBridge bridge, MqttConnect connect)
        {
            (_bridge, _timeProvider) = (bridge, bridge._box.TimeProvider);
            _parker = Parker.Create(_timeProvider);
            _thread = new Thread(Run) { IsBackground = true, Name = "bridge" };
            _birth = new Birth(bridge._box, bridge._topics, bridge._options, bridge._connection, bridge._subscriptions, bridge._presence, bridge._documents, bridge._pushes);
            _clearing = new LedgerClearing(bridge._box, bridge._topics, bridge._control, bridge._ledger);
            _rivalry = new Rivalry(bridge._box, bridge._topics, connect, bridge._options, Wake, bridge._logger);
            _duplicate = new DuplicateAlarm(bridge._box, bridge._options);
        }

        /// <summary>A run to which the box gave way and that was proven not to live.</summary>
        public string? DeadRival { get; private set; }

        /// <summary>Whether nothing of earlier runs is left at the broker that the box could clear.</summary>
        public bool IsCleared => _birth.IsDone && _clearing.IsDone;

        public void Start() => _thread.Start();

        /// <summary>Something changed. From any thread; never blocks.</summary>
        public void Wake() => _parker.Unpark();

        public void Connected(MqttSession session)
        {
            _session = session;
            Wake();
        }

        public void Disconnected() => _session = null;

        public void RepairPresence()
        {
            _mustRepairPresence = true;
            Wake();
        }

        public void PresenceChanged()
        {
            _hasPresenceChanged = true;
            Wake();
        }

        public void AcksChanged()
        {
            _haveAcksChanged = true;
            Wake();
        }

        /// <summary>A newer box may have the id.</summary>
        public void Yield(Rival rival)
        {
            _yieldTo = rival;
            Wake();
        }

        /// <summary>An older box with the id lives: it keeps away when it sees us, so it must.</summary>
        public void SawOlderRival(string rival)
        {
            _duplicate.SawOlder(rival);
            RepairPresence();
        }

        /// <summary>Another client came with our client identifier, and the broker said so.</summary>
        public void TakenOver()
        {
            _duplicate.TakenOver();
            Wake();
        }

        public void Stop()
        {
            _stopping = true;
            Wake();
            if (_thread.IsAlive)
                _thread.Join();
        }

        public async ValueTask DisposeAsync()
        {
            await _rivalry.DisposeAsync().ConfigureAwait(false);
            await _pause.ConfigureAwait(false);
        }

        private void Run()
        {
            while (!_stopping)
            {
                var next = MonotonicTime.Never;
                try
                {
                    next = Work();
                }
                catch (Exception exception)
                {
                    LogFailed(_bridge._logger, exception);
                    next = _timeProvider.GetNanoseconds() + MonotonicTime.Second;
                }

                _parker.Park(next);
            }
        }

        /// <summary>Does what is due.</summary>
        /// <returns>When to look again, monotonic nanoseconds.</returns>
        private long Work()
        {
            var now = _timeProvider.GetNanoseconds();
            var next = MonotonicTime.Never;
            _bridge.TryStartConnection();
            _duplicate.Expire(now, ref next);
            if (_bridge._identity.IsYielded)
            {
                KeepAway(now, ref next);
                return next;
            }

            var session = _session;
            if (session != _bornIn)
                _birth.Reset();
            if (session is null || !_bridge._identity.IsOwned)
                return next;
            return Speak(session, now, ref next) ? next : now + Retry;
        }

        private bool Speak(MqttSession session, long now, ref long next)
        {
            var wasDone = _birth.IsDone;
            if (!_birth.IsBegun)
                BeginBirth(session, now);
            var isTaken = _birth.Work(now, ref next);

            // Requests are answered from the first moment, but while the box is being described the documents go first.
            if (_birth.IsWaiting || _birth.IsDescribed)
                isTaken &= _bridge._replies.Flush() & _bridge._lockNotices.Flush() & _bridge._callers.Flush();
            if (!_birth.IsDescribed)
                return isTaken;
            isTaken &= _bridge._documents.Flush(_bridge._connection, now, ref next) & FlushAcks(now, ref next);
            if (!_birth.IsDone)
                return isTaken;
            if (!wasDone)
                FinishBirth(session, now);
            return isTaken & PublishPresence() & PublishHealth(now, ref next) & _clearing.Flush();
        }

        private void BeginBirth(MqttSession session, long now)
        {
            _bornIn = session;
            _birth.Begin(session, now);
            _bridge._data.Speak();
        }

        private void FinishBirth(MqttSession session, long now)
        {
            _bornAt = now;
            _hasPresenceChanged = true;
            _bridge._health.Begin();
            _clearing.Begin(session);
        }

        private bool FlushAcks(long now, ref long next)
        {
            _bridge._pushes.AnswerTooMany(now, ref next);
            if (!_haveAcksChanged)
                return true;
            _haveAcksChanged = false;
            var isTaken = true;
            foreach (var ack in _bridge._pushes.Documents)
                isTaken &= ack.Flush(_bridge._connection);
            _haveAcksChanged |= !isTaken;
            return isTaken;
        }

        private bool PublishPresence()
        {
            if (_hasPresenceChanged)
            {
                _hasPresenceChanged = false;
                var (state, reason) = PresenceNow;
                if (!_bridge._presence.Publish(_bridge._connection, state, reason))
                {
                    _hasPresenceChanged = true;
                    return false;
                }
            }

            if (!_mustRepairPresence)
                return true;
            _mustRepairPresence = false;
            if (_bridge._presence.PublishAgain(_bridge._connection))
                return true;
            _mustRepairPresence = true;
            return false;
        }

        private (PresenceState State, string? Reason) PresenceNow => _bridge._box switch
        {
            { IsStopping: true } => (PresenceState.Stopping, _bridge.StopReason),
            { Alarms.Worst: { Severity: >= AlarmSeverity.Error } worst } => (PresenceState.Degraded, $"alarm {worst.Id}: {worst.Code}"),
            _ => (PresenceState.Online, null),
        };

        private bool PublishHealth(long now, ref long next)
        {
            if (_bridge._health.IsDue(now))
            {
                _bridge._ping.Send();
                _bridge._documents.Refresh();
            }

            return _bridge._health.Flush(_bridge._connection, now, ref next);
        }

        private void KeepAway(long now, ref long next)
        {
            if (_yieldTo is { } rival)
            {
                _yieldTo = null;
                if (now - _bornAt >= MonotonicTime.ToNanoseconds(_bridge._options.MaximumRivalRetry))
                    _rivalry.Forget();
                _rivalry.Begin(rival, now);
                _pause = Task.WhenAll(_bridge._control.PauseAsync(PausePatience), _bridge._data.SilenceAsync(PausePatience));
            }

            if (!_pause.IsCompleted)
            {
                next = Math.Min(next, now + Retry);
                return;
            }

            if (!_rivalry.Work(now, ref next))
                return;
            DeadRival = _rivalry.Last;
            _bridge._identity.Return();
            _bridge._control.Resume();
        }

        [LoggerMessage(2005, LogLevel.Error, "The bridge's worker failed; it goes on")]
        private static partial void LogFailed(ILogger logger, Exception exception);
    }
}
