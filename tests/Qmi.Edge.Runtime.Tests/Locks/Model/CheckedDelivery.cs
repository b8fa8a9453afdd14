namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <summary>A copy of a message that the box has received, as the checker knows it.</summary>
internal sealed class CheckedDelivery(int id, int boot, long at, Message message)
{
    public int Id { get; } = id;

    public int Boot { get; } = boot;

    public long At { get; } = at;

    public Message Message { get; } = message;

    public Answer? Answer { get; set; }

    public long AnsweredAt { get; set; }

    public bool IsCancelled { get; set; }

    /// <summary>It has ended a lock already: whoever got that lock was told before it was.</summary>
    public bool HasTakenEffect { get; set; }

    /// <summary>It may have ended the lock of whoever was told, too.</summary>
    public bool IsUnclear { get; set; }

    /// <summary>The leases that stand still while it runs.</summary>
    public List<CheckedGrant> Runs { get; } = [];

    /// <summary>When nobody waits for the answer any more.</summary>
    public long Deadline => At + MonotonicTime.ToNanoseconds(Message.Budget);

    /// <summary>When a waiting one gives up.</summary>
    public long Limit => At + MonotonicTime.ToNanoseconds(Message.Wait < Message.Budget ? Message.Wait : Message.Budget);

    public bool IsOpenLock(int boot, string target) => Boot == boot && Answer is null && Message.Wish == Wish.Lock && Message.Target == target;

    public bool IsCopyOf(CheckedDelivery other) =>
        (Message.Wish, Message.Client, Message.Target, Message.Token) == (other.Message.Wish, other.Message.Client, other.Message.Target, other.Message.Token);

    public bool Ends(CheckedGrant held) => Message.Wish == Wish.Force || (Message.Wish == Wish.Unlock && held.IsPerhapsMeant(Message));

    /// <summary>Whether its lock may have been written down without its client having got it.</summary>
    public bool MayBeOnDisk(string target) =>
        Message is { Wish: Wish.Lock, Lease: not null } && Message.Target == target && Answer is null or { IsGood: false, Error: not null };

    public override string ToString() => $"{Message.Wish} {Id} of {Message.Client} to {Message.Target} with {Message.Token}/{Message.Fence}, delivered at {At / 1e9:0.000000},";
}
