namespace Qmi.Edge.Bridge;

/// <summary>
/// What a connection tells its owner. Events come one after the other on the connection's own thread: handlers copy, queue and
/// return, since nothing is received, sent or kept alive while they run. An exception that leaves a handler is logged and the connection goes on.
/// </summary>
public interface IMqttEvents
{
    /// <summary>The broker accepted the connection. Subscribe here.</summary>
    void OnConnected(MqttSession session);

    /// <summary>
    /// The connection ended or an attempt to connect failed. When the connection is stopped this is the last event, with
    /// <see cref="MqttReason.Stopped"/>.
    /// </summary>
    void OnDisconnected(MqttDisconnection disconnection);

    /// <summary>A message arrived. At QoS 1 it may be acknowledged to the broker already: see <see cref="MqttMessage"/>.</summary>
    void OnMessage(in MqttMessage message);

    /// <summary>The answer to an accepted publication that carried a token: exactly one for each.</summary>
    /// <param name="token">The token of the publication.</param>
    /// <param name="reason">What the broker said, or <see cref="MqttReason.ConnectionLost"/>: then it may have arrived or not.</param>
    void OnAcknowledged(long token, MqttReason reason);

    /// <summary>The answer to <see cref="IMqttConnection.TrySubscribe"/>: the QoS granted, or why not.</summary>
    void OnSubscribed(MqttSubscription subscription, MqttReason reason);

    /// <summary>The answer to <see cref="IMqttConnection.TryUnsubscribe"/>.</summary>
    void OnUnsubscribed(string filter, MqttReason reason);

    /// <summary>After the outbox was too full for a publication: it is at most half full again.</summary>
    void OnRoom();
}
