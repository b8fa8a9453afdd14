using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The last push of one caller to one task: its ack document, and the push topic, which is cleared once it is answered.</summary>
internal sealed class AckEntry
{
    private readonly Lock _gate = new();
    private readonly RetainedDocument _ack;
    private readonly string _pushTopic;
    private RetainedDocument? _clearing;
    private Ack? _current;

    public AckEntry(EdgeBox box, string ackTopic, string pushTopic)
    {
        _pushTopic = pushTopic;
        _ack = new RetainedDocument(ackTopic, TimeSpan.Zero, writer => Current?.Write(writer, box, _ack!.Sequence));
    }

    public Ack? Current
    {
        get
        {
            lock (_gate)
                return _current;
        }
    }

    public IEnumerable<RetainedDocument> Documents
    {
        get
        {
            lock (_gate)
                return _clearing is { } clearing ? [_ack, clearing] : [_ack];
        }
    }

    /// <summary>Replaces the answer. A terminal one clears the push, so that a retained one lives exactly until it is answered.</summary>
    public void Answer(Ack ack)
    {
        lock (_gate)
            Set(ack);
    }

    /// <summary>Replaces the answer unless a later push has been answered meanwhile. A superseded caller learns it also then, when the later push was another caller's.</summary>
    public void AnswerIfNewest(Ack pending, Ack final)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_current, pending))
                Set(final);
        }
    }

    private void Set(Ack ack)
    {
        _current = ack;
        _ack.MarkDirty();
        if (ack.IsTerminal)
            _clearing = new RetainedDocument(_pushTopic, TimeSpan.Zero, write: null);
    }
}
