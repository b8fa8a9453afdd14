namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <summary>What a message to the box asks for.</summary>
internal enum Wish
{
    Lock,
    Unlock,
    Renew,
    Call,
    Force,
}

/// <summary>A message. Copies of it are delivered separately, each with an answer of its own.</summary>
internal sealed record Message(Wish Wish, string Client, string Target)
{
    /// <summary>Asks when all is quiet, and must get what it asks for.</summary>
    public const string LastClient = "last";

    public string? Token { get; init; }

    public ulong? Fence { get; init; }

    /// <summary>Of a lock; null = in the process, until it is given back.</summary>
    public TimeSpan? Lease { get; init; }

    public bool Bind { get; init; }

    /// <summary>How long a lock may wait for whoever holds it.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>How long anybody waits for the answer, counted from the delivery.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The token of the box's lock that comes with a lock of one of its objects.</summary>
    public string? BoxToken { get; init; }

    /// <summary>What the called method does about locks.</summary>
    public LockRule Rule { get; init; }

    /// <summary>How long a call runs.</summary>
    public TimeSpan Runs { get; init; }

    public bool IsLocal => Client == Caller.Local.Name;
}

/// <summary>What the box answers.</summary>
/// <param name="IsGood">Granted, admitted, renewed, released, forced.</param>
/// <param name="Fence">Of a grant.</param>
/// <param name="Lease">Of a grant.</param>
/// <param name="Error">Why not; null also when somebody else simply keeps the lock.</param>
internal sealed record Answer(bool IsGood, ulong Fence = 0, TimeSpan? Lease = null, ErrorCode? Error = null);

/// <summary>Something that happened at the box, in the order in which it happened.</summary>
/// <param name="At">The true time, nanoseconds. It does not stop while the box is down.</param>
internal abstract record Happened(long At)
{
    /// <summary>The box has started and knows what was on its disk.</summary>
    public sealed record Booted(long At) : Happened(At);

    /// <summary>An object exists from now on.</summary>
    public sealed record Opened(long At, string Target) : Happened(At);

    /// <summary>The box is no more.</summary>
    public sealed record Died(long At) : Happened(At);

    public sealed record Delivered(long At, int Id, Message Message) : Happened(At);

    public sealed record Answered(long At, int Id, Answer Answer) : Happened(At);

    /// <summary>The client of this delivery does not want the lock any more.</summary>
    public sealed record Cancelled(long At, int Id) : Happened(At);

    /// <summary>A call that was admitted has run.</summary>
    public sealed record CallEnded(long At, int Id) : Happened(At);

    /// <summary>The box was told of a client's presence.</summary>
    public sealed record Presence(long At, string Client, bool IsPresent) : Happened(At);

    /// <summary>The box, alive but stopped, has lost some time: what was due comes late.</summary>
    public sealed record Stalled(long At) : Happened(At);
}
