using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;
using static Qmi.Edge.Bridge.Libmosquitto;

namespace Qmi.Edge.Bridge;

/// <summary>The outgoing half of one connection: sends records and knows who waits for which answer. Lives on the connection's thread.</summary>
internal sealed unsafe class MosquittoSender(MosquittoHandle handle, MqttSession session, LinkContext context)
{
    /// <summary>For how many keep-alives the broker may leave something unanswered while it answers pings. After that it is a broker that is not well, or a connection.</summary>
    public const int PatienceInKeepAlives = 3;

    private readonly IMqttEvents _events = context.Events;
    private readonly ILogger _logger = context.Logger;
    private readonly int _maximumInFlight = Math.Min(context.Options.MaximumInFlight, session.ReceiveMaximum);
    private readonly long _patience = PatienceInKeepAlives * MonotonicTime.ToNanoseconds(session.KeepAlive > TimeSpan.Zero ? session.KeepAlive : context.Options.KeepAlive);
    private readonly InFlight _inFlight = new(context.Options.MaximumInFlight);
    private readonly List<(ushort Id, MqttSubscription Subscription, long At)> _subscribing = [];
    private readonly List<(ushort Id, string Filter, long At)> _unsubscribing = [];
    private readonly Queue<LocalAnswer> _answers = new();
    private ushort _lastId;

    /// <summary>Not zero when a send found that the connection is gone.</summary>
    public int BrokenBy { get; private set; }

    /// <summary>Somebody waits for an answer from the broker.</summary>
    public bool IsAwaiting => _inFlight.Count + _subscribing.Count + _unsubscribing.Count > 0;

    /// <summary>The broker has left something unanswered for so long that no answer is expected any more.</summary>
    public bool IsOverdue
    {
        get
        {
            var oldest = _inFlight.Count > 0 ? _inFlight.Oldest : MonotonicTime.Never;
            if (_subscribing.Count > 0)
                oldest = Math.Min(oldest, _subscribing[0].At);
            if (_unsubscribing.Count > 0)
                oldest = Math.Min(oldest, _unsubscribing[0].At);
            return oldest != MonotonicTime.Never && Now - oldest >= _patience;
        }
    }

    private long Now => context.TimeProvider.GetNanoseconds();

    /// <summary>There are answers that <see cref="RaiseAnswers"/> has not given yet.</summary>
    public bool HasAnswers => _answers.Count > 0;

    /// <summary>Whether the broker's limits let the next record go now.</summary>
    /// <remarks>
    /// The library numbers packets 1 to 65 535 over and over, QoS 0 included, without looking whether a number is still in use. A broker
    /// that has left one publication unanswered for a whole round must answer it before anything else is sent.
    /// </remarks>
    public bool CanSend(OutboxKind kind, MqttQos qos)
    {
        if (kind == OutboxKind.Publish && Limit(qos) > MqttQos.AtMostOnce && _inFlight.Count >= _maximumInFlight)
            return false;
        return _inFlight.Count == 0 || !_inFlight.Contains(_lastId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastId + 1));
    }

    public void Send(OutboxRecord* record)
    {
        switch (record->Kind)
        {
            case OutboxKind.Subscribe:
                Subscribe(record);
                break;
            case OutboxKind.Unsubscribe:
                Unsubscribe(record);
                break;
            default:
                Publish(record);
                break;
        }
    }

    /// <summary>Gives the answers found on this side. Not while sending: a handler that sends again at once would be called within itself.</summary>
    public void RaiseAnswers()
    {
        for (var count = _answers.Count; count > 0; count--)
        {
            var answer = _answers.Dequeue();
            if (answer.Subscription is { } subscription)
                _events.OnSubscribed(subscription, answer.Reason);
            else if (answer.Filter is { } filter)
                _events.OnUnsubscribed(filter, answer.Reason);
            else
                _events.OnAcknowledged(answer.Token, answer.Reason);
        }
    }

    public void OnPublished(ushort id, int code)
    {
        if (!_inFlight.TryRemove(id, out var token))
            return;
        var reason = (MqttReason)code;
        if (token != 0)
            _events.OnAcknowledged(token, reason);
        else if (code >= (int)MqttReason.UnspecifiedError)
            _logger.PublicationRefused($"packet {id}", reason);
    }

    public void OnSubscribed(ushort id, int code)
    {
        var index = _subscribing.FindIndex(pending => pending.Id == id);
        if (index < 0)
            return;
        var subscription = _subscribing[index].Subscription;
        _subscribing.RemoveAt(index);
        _events.OnSubscribed(subscription, (MqttReason)code);
    }

    public void OnUnsubscribed(ushort id)
    {
        var index = _unsubscribing.FindIndex(pending => pending.Id == id);
        if (index < 0)
            return;
        var filter = _unsubscribing[index].Filter;
        _unsubscribing.RemoveAt(index);
        _events.OnUnsubscribed(filter, MqttReason.Success);
    }

    /// <summary>The connection is over: answers all that wait, the oldest first.</summary>
    public void GiveUp()
    {
        while (_answers.Count > 0)
            RaiseAnswers();
        while (_inFlight.TryRemoveOldest(out var token))
        {
            if (token != 0)
                _events.OnAcknowledged(token, MqttReason.ConnectionLost);
        }

        foreach (var (_, subscription, _) in _subscribing)
            _events.OnSubscribed(subscription, MqttReason.ConnectionLost);
        foreach (var (_, filter, _) in _unsubscribing)
            _events.OnUnsubscribed(filter, MqttReason.ConnectionLost);
    }

    private MqttQos Limit(MqttQos qos) => qos > session.MaximumQos ? session.MaximumQos : qos;

    private void Publish(OutboxRecord* record)
    {
        var qos = Limit(record->Qos);
        var result = PacketSize.OfPublish(record, qos, session.ProtocolVersion) > session.MaximumPacketSize ? Result.OversizePacket : Publish(record, qos);
        if (qos > MqttQos.AtMostOnce && (result == Result.Success || MosquittoText.IsConnectionGone(result)))
            _inFlight.Add(_lastId, record->Token, Now);
        else if (result == Result.Success)
            Answer(record, MqttReason.Success);
        else if (MosquittoText.IsConnectionGone(result))
            Answer(record, MqttReason.ConnectionLost);
        else
            Answer(record, MosquittoText.GetRefusal(result));

        if (MosquittoText.IsConnectionGone(result))
            BrokenBy = result;
    }

    private int Publish(OutboxRecord* record, MqttQos qos)
    {
        using var properties = CreateProperties(record);
        if (properties.Result != Result.Success)
            return properties.Result;

        var id = 0;
        var result = mosquitto_publish_v5(handle.Pointer, &id, OutboxRecord.GetTopic(record), record->PayloadLength, OutboxRecord.GetPayload(record), (int)qos, record->Retain ? (byte)1 : (byte)0, properties.Pointer);
        Keep(id);
        return result;
    }

    private PropertyList CreateProperties(OutboxRecord* record)
    {
        var properties = default(PropertyList);
        if (session.ProtocolVersion != MqttProtocolVersion.V5)
            return properties;

        if (record->PayloadIsUtf8)
            properties.Add(PropertyId.PayloadFormatIndicator, (byte)1);
        if (record->HasExpiry)
            properties.Add(PropertyId.MessageExpiryInterval, record->MessageExpiry);
        if (record->ContentTypeLength > 0)
            properties.Add(PropertyId.ContentType, OutboxRecord.GetContentType(record));
        if (record->ResponseTopicLength > 0)
            properties.Add(PropertyId.ResponseTopic, OutboxRecord.GetResponseTopic(record));
        if (record->CorrelationLength > 0)
            properties.Add(PropertyId.CorrelationData, OutboxRecord.GetCorrelation(record), record->CorrelationLength);

        var text = OutboxRecord.GetUserProperties(record);
        for (var i = 0; i < record->UserPropertyCount; i++)
        {
            var value = text + MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text).Length + 1;
            properties.AddUserProperty(text, value);
            text = value + MemoryMarshal.CreateReadOnlySpanFromNullTerminated(value).Length + 1;
        }

        return properties;
    }

    private void Subscribe(OutboxRecord* record)
    {
        var subscription = OutboxRecord.GetSubscription(record);
        var id = 0;
        var result = mosquitto_subscribe_v5(handle.Pointer, &id, OutboxRecord.GetTopic(record), (int)record->Qos, record->SubscribeOptions, 0);
        Keep(id);
        if (result == Result.Success || MosquittoText.IsConnectionGone(result))
            _subscribing.Add(((ushort)id, subscription, Now));
        else
            _answers.Enqueue(new LocalAnswer(0, subscription, null, MosquittoText.GetRefusal(result)));
        if (MosquittoText.IsConnectionGone(result))
            BrokenBy = result;
    }

    private void Unsubscribe(OutboxRecord* record)
    {
        var id = 0;
        var result = mosquitto_unsubscribe_v5(handle.Pointer, &id, OutboxRecord.GetTopic(record), 0);
        Keep(id);
        if (result == Result.Success || MosquittoText.IsConnectionGone(result))
            _unsubscribing.Add(((ushort)id, OutboxRecord.GetTopicText(record), Now));
        else
            _answers.Enqueue(new LocalAnswer(0, null, OutboxRecord.GetTopicText(record), MosquittoText.GetRefusal(result)));
        if (MosquittoText.IsConnectionGone(result))
            BrokenBy = result;
    }

    private void Answer(OutboxRecord* record, MqttReason reason)
    {
        if (record->Token != 0)
            _answers.Enqueue(new LocalAnswer(record->Token, null, null, reason));
        else if (reason != MqttReason.Success && reason != MqttReason.ConnectionLost)
            _logger.PublicationRefused(OutboxRecord.GetTopicText(record), reason);
    }

    private void Keep(int id)
    {
        // Zero when the library refused before it took a number.
        if (id != 0)
            _lastId = (ushort)id;
    }

    /// <summary>An answer to a publication, a subscription or the end of one.</summary>
    private readonly record struct LocalAnswer(long Token, MqttSubscription? Subscription, string? Filter, MqttReason Reason);
}
