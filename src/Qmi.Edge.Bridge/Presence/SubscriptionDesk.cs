using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What the box subscribes to in one connection, and what the broker answered. From any thread.</summary>
internal sealed partial class SubscriptionDesk(EdgeBox box, IMqttConnection connection, ILogger logger)
{
    private const string AlarmId = "subscription-refused";

    private int _unanswered;
    private volatile bool _isRefused;

    /// <summary>Whether the broker has answered all that it was asked in this connection.</summary>
    public bool AreAnswered => Volatile.Read(ref _unanswered) == 0;

    /// <summary>A request or push topic: a live message with the RETAIN flag is to be seen as such, and our own is not wanted.</summary>
    public static MqttSubscription Wish(string filter) => new(filter) { NoLocal = true, RetainAsPublished = true };

    /// <summary>A connection was made: nothing is asked yet.</summary>
    public void Connected()
    {
        Volatile.Write(ref _unanswered, 0);
        _isRefused = false;
    }

    /// <summary>Subscribes.</summary>
    /// <returns>As <see cref="IMqttConnection.TrySubscribe"/>.</returns>
    public bool TrySubscribe(MqttSubscription subscription)
    {
        Interlocked.Increment(ref _unanswered);
        if (connection.TrySubscribe(subscription))
            return true;
        Interlocked.Decrement(ref _unanswered);
        return false;
    }

    /// <summary>The broker answered.</summary>
    public void Answered(MqttSubscription subscription, MqttReason reason)
    {
        if (reason is >= MqttReason.UnspecifiedError and < MqttReason.ConnectionLost)
        {
            _isRefused = true;
            LogRefused(logger, subscription.Filter, reason);
            box.Alarms.Raise(AlarmId, AlarmSeverity.Error, "SUBSCRIPTION_REFUSED", $"The broker refused {subscription.Filter} ({reason}): allow the box to read its own topics.");
        }

        if (Interlocked.Decrement(ref _unanswered) == 0 && !_isRefused)
            box.Alarms.Clear(AlarmId);
    }

    [LoggerMessage(2004, LogLevel.Error, "The broker refused the subscription {Filter}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string filter, MqttReason reason);
}
