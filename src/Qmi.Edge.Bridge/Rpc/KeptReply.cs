using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>A reply as it goes to the broker, once or again.</summary>
/// <param name="Topic">Where to.</param>
/// <param name="Payload">The reply.</param>
/// <param name="Correlation">What the caller knows it by; empty = nothing.</param>
/// <param name="Properties">User properties, encoded.</param>
/// <param name="Deadline">When nobody waits for it any more, monotonic nanoseconds.</param>
/// <param name="Key">The journal's name of its request; null = it is in no journal.</param>
internal sealed record KeptReply(byte[] Topic, byte[] Payload, byte[] Correlation, byte[] Properties, long Deadline, RequestKey? Key)
{
    /// <summary>Whether its time has a meaning: it has been offered to the connection, or had to wait. What has just been given is sent, however late it is.</summary>
    public bool MayExpire { get; set; }

    /// <summary>Whether the connection has taken it and the broker has not acknowledged it yet.</summary>
    public bool IsUnderWay { get; set; }
}
