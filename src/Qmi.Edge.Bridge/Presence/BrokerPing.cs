using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Measures how long the broker takes to answer. MQTT's own ping is the client library's, which tells nobody; the end of a subscription that
/// does not exist is answered just as well, by every broker, and nobody else notices. Unlike a ping it waits its turn behind what is to be
/// sent, as everything does that the box says.
/// </summary>
internal sealed class BrokerPing(IMqttConnection connection, Topics topics, TimeProvider timeProvider)
{
    private long _sent = MonotonicTime.Never;
    private long _roundTrip = MonotonicTime.Never;

    /// <summary>The last measurement in this connection, or null.</summary>
    public TimeSpan? RoundTrip => Volatile.Read(ref _roundTrip) is var nanoseconds && nanoseconds == MonotonicTime.Never ? null : MonotonicTime.FromNanoseconds(nanoseconds);

    /// <summary>A connection was made.</summary>
    public void Connected()
    {
        Volatile.Write(ref _sent, MonotonicTime.Never);
        Volatile.Write(ref _roundTrip, MonotonicTime.Never);
    }

    /// <summary>Measures, unless an answer is still out: the connection itself ends when it stays out.</summary>
    public void Send()
    {
        if (Volatile.Read(ref _sent) != MonotonicTime.Never)
            return;
        Volatile.Write(ref _sent, timeProvider.GetNanoseconds());
        if (!connection.TryUnsubscribe(topics.Ping))
            Volatile.Write(ref _sent, MonotonicTime.Never);
    }

    /// <summary>The broker answered; what for is looked at here.</summary>
    public void Answered(string filter)
    {
        if (filter != topics.Ping || Volatile.Read(ref _sent) is var sent && sent == MonotonicTime.Never)
            return;
        Volatile.Write(ref _roundTrip, timeProvider.GetNanoseconds() - sent);
        Volatile.Write(ref _sent, MonotonicTime.Never);
    }
}
