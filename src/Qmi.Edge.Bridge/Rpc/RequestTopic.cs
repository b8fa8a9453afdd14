using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What the topic of a request says: who calls what, and with which privilege. The broker has checked that the caller is who it says.</summary>
/// <param name="Verb">The privilege.</param>
/// <param name="Caller">Who calls.</param>
/// <param name="Target">Name of the object.</param>
/// <param name="Method">Name of the method.</param>
/// <param name="IsWhole">Whether the topic has exactly the levels a request needs.</param>
internal readonly record struct RequestTopic(RpcAccess Verb, string Caller, string Target, string Method, bool IsWhole)
{
    // In UTF-16 units; names have 63 at most. So near to it that a mistyped name still comes back in its error.
    private const int LongestName = 255;

    /// <summary>Reads the part of a topic below the box; null when it is no request.</summary>
    public static RequestTopic? Read(string topic)
    {
        // One more than a whole one has: what does not fit would stay in the last.
        Span<Range> ranges = stackalloc Range[5];
        var levels = ranges[..topic.AsSpan().Split(ranges, '/')];
        if (ReadVerb(topic.AsSpan()[levels[0]]) is not { } verb || ReadLevel(topic, levels, 1) is not { } caller)
            return null;
        var (target, method) = (ReadLevel(topic, levels, 2), ReadLevel(topic, levels, 3));
        // Nothing has such a name, and the topic of the reply, which is longer, might be none.
        if (target?.Length > LongestName || method?.Length > LongestName)
            (target, method) = (null, null);
        return new RequestTopic(verb, caller, target ?? "_box", method ?? "_request", levels.Length == 4 && target is not null && method is not null);
    }

    private static string? ReadLevel(ReadOnlySpan<char> topic, ReadOnlySpan<Range> levels, int index) =>
        index < levels.Length && topic[levels[index]] is { IsEmpty: false } level ? level.ToString() : null;

    private static RpcAccess? ReadVerb(ReadOnlySpan<char> level) => level switch
    {
        "get" => RpcAccess.Read,
        "call" => RpcAccess.Control,
        "admin" => RpcAccess.Admin,
        _ => null,
    };
}
