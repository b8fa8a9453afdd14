namespace Qmi.Edge.Bridge;

/// <summary>
/// One client connection to one broker, and all that the bridge knows of MQTT. It reconnects by itself until it is stopped.
/// Nothing is remembered from one connection to the next: what was not acknowledged when a connection ended is answered with
/// <see cref="MqttReason.ConnectionLost"/> and is the caller's to send again, and subscriptions are made again in
/// <see cref="IMqttEvents.OnConnected"/>. Every implementation passes the same contract suite.
/// </summary>
public interface IMqttConnection : IAsyncDisposable
{
    /// <summary>What was agreed with the broker, or null while there is no connection.</summary>
    MqttSession? Session { get; }

    /// <summary>
    /// The number of the piece of work that the connection's own thread is at, or null while it waits for something to do. One that stays
    /// the same for long is a thread that hangs, in the client library or in a handler.
    /// </summary>
    long? WorkInProgress => null;

    /// <summary>Begins to connect, in the background. Once.</summary>
    /// <param name="events">Attached before the first byte is sent, so that no message of a resumed session is lost.</param>
    void Start(IMqttEvents events);

    /// <summary>
    /// Hands over a publication, by copy, from any thread, and never blocks. Publications leave in the order in which they were
    /// accepted. Called inside an event it goes out at once, unless others are waiting before it.
    /// </summary>
    /// <returns>
    /// True when it was accepted. False when it was not: there is no connection (<see cref="IMqttEvents.OnConnected"/> follows), or
    /// the outbox is full (<see cref="IMqttEvents.OnRoom"/> follows, or the end of the connection). Then the caller still owns it.
    /// </returns>
    /// <exception cref="ArgumentException">It can never be sent: see <see cref="MqttPublication.ThrowIfInvalid"/>; or it is larger than the outbox.</exception>
    bool TryPublish(in MqttPublication publication);

    /// <summary>Asks for a subscription, in order with the publications; the answer is <see cref="IMqttEvents.OnSubscribed"/>.</summary>
    /// <returns>As <see cref="TryPublish"/>.</returns>
    bool TrySubscribe(MqttSubscription subscription);

    /// <summary>Ends a subscription, in order with the publications; the answer is <see cref="IMqttEvents.OnUnsubscribed"/>.</summary>
    /// <returns>As <see cref="TryPublish"/>.</returns>
    bool TryUnsubscribe(string filter);

    /// <summary>
    /// Connects anew at once, with the files that the options name as they are then. A connection at hand sends first what it has accepted, for
    /// up to three seconds, and is then broken like any that breaks; an attempt under way is given up; a wait for the next one ends. From any
    /// thread, and never blocks.
    /// </summary>
    /// <returns>The <see cref="MqttSession.Number"/> of the newest connection made before: whatever is connected under a higher one was begun after this call.</returns>
    long Renew();

    /// <summary>Ends the connection for good. The first call decides how; nothing is accepted from then on.</summary>
    /// <param name="how">With or without a farewell: the farewell keeps the broker from publishing the will.</param>
    /// <param name="patience">Within this time what was accepted is sent and acknowledged; after it the socket is closed as things stand. At most a day.</param>
    /// <returns>True when all that was accepted was sent, all that asked for it was acknowledged, and the farewell was said.</returns>
    /// <remarks>Do not wait for it inside an event: it ends after the event has returned.</remarks>
    ValueTask<bool> StopAsync(MqttStop how, TimeSpan patience);

    /// <summary>
    /// Ends the network connection under whatever the connection's thread is doing, as a broken cable would, from any thread. It is all that
    /// can safely be done from outside to a client library whose thread hangs: that it comes back is not certain.
    /// </summary>
    void Sever()
    {
    }
}
