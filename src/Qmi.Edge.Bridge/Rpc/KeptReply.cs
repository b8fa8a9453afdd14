using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>A reply as it goes to the broker, once or again.</summary>
/// <param name="topic">Where to.</param>
/// <param name="payload">The reply.</param>
/// <param name="correlation">What the caller knows it by; empty = nothing.</param>
/// <param name="properties">User properties, encoded.</param>
/// <param name="deadline">When nobody waits for it any more, monotonic nanoseconds.</param>
/// <param name="key">The journal's name of its request; null = it is in no journal.</param>
internal sealed class KeptReply(byte[] topic, byte[] payload, byte[] correlation, byte[] properties, long deadline, RequestKey? key)
{
    public byte[] Topic => topic;

    public byte[] Payload => payload;

    public byte[] Correlation => correlation;

    public byte[] Properties => properties;

    public long Deadline => deadline;

    public RequestKey? Key => key;

    /// <summary>Whether its time has a meaning: it has been offered to the connection, or had to wait. What has just been given is sent, however late it is.</summary>
    public bool MayExpire { get; set; }

    /// <summary>Whether the connection has taken it and the broker has not acknowledged it yet.</summary>
    public bool IsUnderWay { get; set; }
}
