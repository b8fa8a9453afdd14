namespace Qmi.Edge.Bridge;

/// <summary>What a client has seen so far that a healthy one sees rarely.</summary>
/// <param name="Repeated">Requests and pushes that were sent again, with the same id, because no answer came or the connection was lost.</param>
/// <param name="UnexpectedReplies">Replies that nobody waited for: too late, twice, or to somebody else.</param>
/// <param name="Unreadable">Messages that were not what the contract says; they are ignored.</param>
/// <param name="Dropped">Messages that were given up because too many waited to be read. Of signals the readers are told in their loss counts.</param>
/// <param name="Refilled">Signal values that did not arrive and were fetched again from the box's history, for receivers that want it.</param>
public readonly record struct EdgeClientStatistics(long Repeated, long UnexpectedReplies, long Unreadable, long Dropped, long Refilled);

/// <summary>Counts them.</summary>
internal sealed class ClientCounters
{
    private long _repeated;
    private long _unexpectedReplies;
    private long _unreadable;
    private long _dropped;
    private long _refilled;

    public EdgeClientStatistics Statistics =>
        new(Interlocked.Read(ref _repeated), Interlocked.Read(ref _unexpectedReplies), Interlocked.Read(ref _unreadable), Interlocked.Read(ref _dropped), Interlocked.Read(ref _refilled));

    public void Repeated() => Interlocked.Increment(ref _repeated);

    public void UnexpectedReply() => Interlocked.Increment(ref _unexpectedReplies);

    public long Unreadable() => Interlocked.Increment(ref _unreadable);

    public long Dropped() => Interlocked.Increment(ref _dropped);

    public void Refilled(long values) => Interlocked.Add(ref _refilled, values);
}
