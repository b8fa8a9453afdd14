namespace Qmi.Edge.Bridge;

/// <summary>The replies to one caller that the broker does not have yet, in the order in which they were given. For one thread at a time.</summary>
internal sealed class ReplyLane(string caller)
{
    // In front of somebody else's reply there are so many of this caller's at most. On a local network they take less than a millisecond.
    private const int MostUnderWay = 8;

    private readonly LinkedList<KeptReply> _replies = new();
    private int _underWay;

    /// <summary>Whose it is.</summary>
    public string Caller => caller;

    /// <summary>How many there are.</summary>
    public int Count => _replies.Count;

    public void Add(KeptReply reply) => _replies.AddLast(reply);

    /// <summary>The one that goes next; null when none waits, or enough are under way.</summary>
    public LinkedListNode<KeptReply>? FindNext()
    {
        if (_underWay == MostUnderWay)
            return null;
        var node = _replies.First;
        while (node is { Value.IsUnderWay: true })
            node = node.Next;
        return node;
    }

    /// <summary>It is on its way.</summary>
    public void Begin(LinkedListNode<KeptReply> node)
    {
        node.Value.IsUnderWay = true;
        _underWay++;
    }

    /// <summary>It did not arrive: it waits again, in its old place.</summary>
    public void TakeBack(LinkedListNode<KeptReply> node)
    {
        node.Value.IsUnderWay = false;
        _underWay--;
    }

    /// <summary>The broker has it, or nobody waits for it any more.</summary>
    public void Remove(LinkedListNode<KeptReply> node)
    {
        _underWay -= node.Value.IsUnderWay ? 1 : 0;
        _replies.Remove(node);
    }
}
