namespace Qmi.Edge.Runtime;

/// <summary>Where a journalled request is.</summary>
internal enum RequestState
{
    /// <summary>Accepted: waiting for its turn, or running.</summary>
    Unfinished,

    /// <summary>It has its final answer.</summary>
    Finished,
}

/// <summary>One request that changes something, from its acceptance until it is forgotten. Its members change under the journal's gate only.</summary>
internal sealed class JournalEntry
{
    /// <summary>Its number in the journal, rising across restarts.</summary>
    public required long Number { get; init; }

    public required RequestKey Key { get; init; }

    /// <summary>SHA-256 of object, method and arguments; empty when the box minted the id, which then nobody can use again.</summary>
    public byte[] BodyHash { get; init; } = [];

    public required string Target { get; init; }

    public required string Method { get; init; }

    /// <summary>Whether it may run again after a crash.</summary>
    public bool IsIdempotent { get; init; }

    /// <summary>Where the border sends the answer to, in its own words.</summary>
    public ReadOnlyMemory<byte> Address { get; init; }

    /// <summary>When it was accepted, wall clock.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>How long its caller waits for the answer.</summary>
    public TimeSpan Budget { get; init; }

    /// <summary>Until when its caller waits, monotonic nanoseconds; never for one that was accepted before the last restart.</summary>
    public long Deadline { get; init; } = MonotonicTime.Never;

    /// <summary>Monotonic nanoseconds before which it is not forgotten unless room is needed.</summary>
    public long KeepUntil { get; init; }

    public RequestState State { get; set; }

    /// <summary>The final answer, when there is one.</summary>
    public RpcReply Reply { get; set; }

    /// <summary>Whether it was accepted before the last restart, and what became of it is not known yet.</summary>
    public bool IsRecovered { get; set; }

    /// <summary>Whether the broker has the answer.</summary>
    public bool IsSent { get; set; }

    /// <summary>Those who wait for the answer: one for each copy of the request that came.</summary>
    public List<WaitingCaller> Waiting { get; } = [];

    /// <summary>What runs it, while it runs.</summary>
    public IRunningCall? Call { get; set; }

    /// <summary>What it told of its progress, or null.</summary>
    public CallProgress? Progress { get; set; }

    public LinkedListNode<JournalEntry>? InAll { get; set; }

    public LinkedListNode<JournalEntry>? OfCaller { get; set; }
}

/// <summary>A call that can be asked to end.</summary>
internal interface IRunningCall
{
    /// <summary>Whether it has begun.</summary>
    bool HasBegun { get; }

    /// <summary>Takes it out of the queue; false when it has begun already.</summary>
    bool TryCancelWaiting();

    /// <summary>Ends its waits; false when its method does not say that it can be cancelled.</summary>
    bool TryCancelRunning();
}
