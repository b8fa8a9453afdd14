using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// What became of the pushes of one caller to one task. The broker retains the newest answer, but every answer is published, in order;
/// a final one also clears the push, so that a retained push lives exactly until it is answered.
/// </summary>
internal sealed class AckDocument(EdgeBox box, string ackTopic, string pushTopic) : IDocument
{
    private readonly Lock _gate = new();
    private readonly byte[] _ackTopic = Encoding.UTF8.GetBytes(ackTopic);
    private readonly byte[] _pushTopic = Encoding.UTF8.GetBytes(pushTopic);
    private readonly Queue<Ack> _unpublished = new();
    private Ack? _newest;
    private long _sequence;

    /// <summary>The answer to the newest push; null before there is one.</summary>
    public Ack? Newest
    {
        get
        {
            lock (_gate)
                return _newest;
        }
    }

    /// <summary>Adds an answer. That to an older push is published too, but does not take the place of the newest.</summary>
    public void Add(Ack ack)
    {
        lock (_gate)
        {
            if (_newest is { Revision: { } newest } && ack.Revision < newest)
            {
                InsertBeforeNewest(ack);
                return;
            }

            _unpublished.Enqueue(ack);
            _newest = ack;
        }
    }

    /// <inheritdoc />
    public bool Flush(IMqttConnection connection, long now, ref long next)
    {
        while (true)
        {
            Ack? ack;
            lock (_gate)
            {
                if (!_unpublished.TryPeek(out ack))
                    return true;
            }

            if (!TryPublish(connection, ack))
                return false;
            lock (_gate)
                _unpublished.Dequeue();
        }
    }

    /// <inheritdoc />
    public bool Publish(IMqttConnection connection, long now)
    {
        var next = MonotonicTime.Never;
        return Flush(connection, now, ref next) && (Newest is not { } newest || TryPublish(connection, newest));
    }

    // The retained copy must end up being the newest answer, so an older one goes before it, which is then said once more.
    private void InsertBeforeNewest(Ack older)
    {
        _unpublished.Enqueue(older);
        _unpublished.Enqueue(_newest!);
    }

    private bool TryPublish(IMqttConnection connection, Ack ack)
    {
        using var buffer = JsonBuffer.Rent();
        ack.Write(buffer.Writer, box, ++_sequence);
        if (!connection.TryPublishRetained(_ackTopic, buffer.Written.Span))
            return false;
        return !ack.IsTerminal || ack.Revision < Newest?.Revision || connection.TryPublishRetained(_pushTopic, default);
    }
}
