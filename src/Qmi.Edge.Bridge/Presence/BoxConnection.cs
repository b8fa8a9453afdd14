namespace Qmi.Edge.Bridge;

/// <summary>
/// The connection through which the box says everything that it says in its name. It says nothing while another box may have its id, and
/// retains nothing on a topic that is not in the ledger: what is refused here is offered again, as when there is no connection.
/// </summary>
internal sealed class BoxConnection(ReplaceableConnection connection, BoxIdentity identity, TopicLedger ledger) : IMqttConnection
{
    /// <inheritdoc/>
    public MqttSession? Session => connection.Session;

    /// <inheritdoc/>
    public long? WorkInProgress => connection.WorkInProgress;

    /// <inheritdoc/>
    public void Start(IMqttEvents events) => connection.Start(events);

    /// <inheritdoc/>
    public bool TryPublish(in MqttPublication publication)
    {
        if (!identity.IsOwned)
            return false;
        if (!publication.Retain)
            return connection.TryPublish(publication);
        if (publication.Payload.IsEmpty)
            return connection.TryPublish(publication with { Token = ledger.Clear(publication.Topic) });
        return ledger.MayPublish(publication.Topic, out var token)
            && connection.TryPublish(publication with { Token = publication.Qos > MqttQos.AtMostOnce ? token : 0 });
    }

    /// <inheritdoc/>
    public bool TrySubscribe(MqttSubscription subscription) => connection.TrySubscribe(subscription);

    /// <inheritdoc/>
    public bool TryUnsubscribe(string filter) => connection.TryUnsubscribe(filter);

    /// <inheritdoc/>
    public long Renew() => connection.Renew();

    /// <inheritdoc/>
    public void Sever() => connection.Sever();

    /// <inheritdoc/>
    public ValueTask<bool> StopAsync(MqttStop how, TimeSpan patience) => connection.StopAsync(how, patience);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
