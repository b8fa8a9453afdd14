using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

public sealed partial class MqttBridge
{
    /// <summary>The bridge's own thread: publishes what changed, when its time has come, and gives birth to the box after each connect.</summary>
    private sealed partial class BridgeWorker
    {
        // How soon to look again when the connection does not take more; it also tells when it has room.
        private const long Retry = 20 * MonotonicTime.Millisecond;

        private readonly MqttBridge _bridge;
        private readonly TimeProvider _timeProvider;
        private readonly ILogger _logger;
        private readonly Parker _parker;
        private readonly Thread _thread;
        private volatile bool _isConnected;
        private volatile bool _mustBeBorn;
        private volatile bool _mustRepairPresence;
        private volatile bool _stopping;
        private string _presence = "";

        public BridgeWorker(MqttBridge bridge, TimeProvider timeProvider, ILogger logger)
        {
            (_bridge, _timeProvider, _logger) = (bridge, timeProvider, logger);
            _parker = Parker.Create(timeProvider);
            _thread = new Thread(Run) { IsBackground = true, Name = "bridge" };
        }

        public void Start() => _thread.Start();

        /// <summary>Something changed. From any thread; never blocks.</summary>
        public void Wake() => _parker.Unpark();

        public void Connected()
        {
            _mustBeBorn = true;
            _isConnected = true;
            Wake();
        }

        public void Disconnected() => _isConnected = false;

        public void RepairPresence()
        {
            _mustRepairPresence = true;
            Wake();
        }

        public void Stop()
        {
            _stopping = true;
            Wake();
            if (_thread.IsAlive)
                _thread.Join();
        }

        private void Run()
        {
            while (!_stopping)
            {
                var next = MonotonicTime.Never;
                try
                {
                    if (_isConnected)
                        next = Work();
                }
                catch (Exception exception)
                {
                    LogFailed(_logger, exception);
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
            if (_mustBeBorn && !TryBeBorn(now))
                return now + Retry;

            var next = MonotonicTime.Never;
            var isTaken = _bridge._replies.Flush() & _bridge._lockNotices.Flush() & _bridge._callers.Flush();
            foreach (var document in _bridge.Documents)
                isTaken &= document.Flush(_bridge._connection, now, ref next);
            PublishPresence();
            _bridge._health.Flush(_bridge._connection, now, ref next);
            return isTaken ? next : now + Retry;
        }

        // Requests are subscribed already; now everything is described, then pushes are let in, then the box is online.
        private bool TryBeBorn(long now)
        {
            _mustBeBorn = false;
            foreach (var document in _bridge.Documents)
            {
                if (!document.Publish(_bridge._connection, now))
                    return TryAgain();
            }

            if (!_bridge._connection.TrySubscribe(Subscription(_bridge._topics.Pushes)))
                return TryAgain();
            _presence = "";
            return PublishPresence() || TryAgain();
        }

        private bool TryAgain()
        {
            _mustBeBorn = true;
            return false;
        }

        private bool PublishPresence()
        {
            var presence = _bridge.PresenceNow;
            if (_mustRepairPresence)
            {
                _mustRepairPresence = false;
                return _bridge._presence.PublishAgain(_bridge._connection);
            }

            if (presence == _presence)
                return true;
            if (!_bridge._presence.Publish(_bridge._connection, presence))
                return false;
            _presence = presence;
            return true;
        }

        [LoggerMessage(2005, LogLevel.Error, "The bridge's worker failed; it goes on")]
        private static partial void LogFailed(ILogger logger, Exception exception);
    }
}
