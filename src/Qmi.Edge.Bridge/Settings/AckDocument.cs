using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// What became of the pushes of one caller to one task. The broker retains the newest answer, but every answer is published, in order;
/// a final one also clears the push, so that a retained push lives exactly until it is answered.
/// </summary>
internal sealed class AckDocument(EdgeBox box, string task, string ackTopic, string pushTopic) : IDocument
{
    private readonly Lock _gate = new();
    private readonly byte[] _ackTopic = Encoding.UTF8.GetBytes(ackTopic);
    private readonly byte[] _pushTopic = Encoding.UTF8.GetBytes(pushTopic);
    private readonly Queue<SettingsAck> _unpublished = new();
    private SettingsAck? _newest;
    private bool _mustClear;
    private long _received;
    private long _sequence;

    /// <summary>A push has arrived on the topic. While it waits for its answer, the answer to one before it clears nothing.</summary>
    public void NoteReceived(long order)
    {
        lock (_gate)
            _received = Math.Max(_received, order);
    }

    /// <summary>Adds an answer. That to an older push is published too, but does not take the place of the newest.</summary>
    public void Add(SettingsAck ack)
    {
        lock (_gate)
        {
            _mustClear = false;
            _unpublished.Enqueue(ack);
            // The retained copy must end up being the newest answer, so an older one goes before it, which is then said once more.
            if (_newest is { } newest && ack.Order < newest.Order)
                _unpublished.Enqueue(newest);
            else
                _newest = ack;
        }
    }

    /// <summary>A push has come again: its answer is repeated, and counts as the answer to this copy.</summary>
    public void Repeat(SettingsAck known, long order)
    {
        lock (_gate)
        {
            if (_received == order)
                _received = known.Order;
        }

        Add(known);
    }

    /// <summary>What an earlier life of the box has answered.</summary>
    public void Restore(SettingsAck ack)
    {
        lock (_gate)
            _newest ??= ack;
    }

    /// <summary>Makes the broker forget it: the task is gone.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _unpublished.Clear();
            (_newest, _mustClear) = (null, true);
        }
    }

    /// <inheritdoc />
    public bool Flush(IMqttConnection connection)
    {
        while (true)
        {
            SettingsAck? ack;
            bool mustClear;
            lock (_gate)
            {
                mustClear = _mustClear;
                if (!_unpublished.TryPeek(out ack) && !mustClear)
                    return true;
            }

            if (!(mustClear ? connection.TryPublishRetained(_ackTopic, default) : TryPublish(connection, ack!)))
                return false;
            lock (_gate)
            {
                if (mustClear)
                    _mustClear = false;
                else
                    _unpublished.TryDequeue(out _);
            }
        }
    }

    /// <inheritdoc />
    public bool Publish(IMqttConnection connection)
    {
        if (!Flush(connection))
            return false;
        SettingsAck? newest;
        lock (_gate)
            newest = _newest;
        return newest is null || TryPublishAck(connection, newest);
    }

    private bool TryPublish(IMqttConnection connection, SettingsAck ack)
    {
        if (!TryPublishAck(connection, ack))
            return false;
        bool isLast;
        lock (_gate)
            isLast = ack.IsFinal && ack.Road == PushRoad.Topic && ack.Order >= _received;
        // Behind the answer on the same connection, so never before it.
        return !isLast || connection.TryPublishRetained(_pushTopic, default);
    }

    private bool TryPublishAck(IMqttConnection connection, SettingsAck ack)
    {
        using var buffer = JsonBuffer.Rent();
        AckWriter.Write(buffer.Writer, box, ack, (box.FindObject(task) as QmiTaskRunner)?.HeadRevision ?? 0, ++_sequence);
        return connection.TryPublishRetained(_ackTopic, buffer.Written.Span);
    }
}
