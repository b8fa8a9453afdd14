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
    /// <summary>Reads the part of a topic below the box; null when it is no request.</summary>
    public static RequestTopic? Read(string topic)
    {
        var levels = topic.Split('/');
        if (levels.Length < 2 || levels[1].Length == 0 || ReadVerb(levels[0]) is not { } verb)
            return null;
        var target = levels.Length > 2 && levels[2].Length > 0 ? levels[2] : "_box";
        var method = levels.Length > 3 && levels[3].Length > 0 ? levels[3] : "_request";
        return new RequestTopic(verb, levels[1], target, method, levels.Length == 4 && levels[2].Length > 0 && levels[3].Length > 0);
    }

    private static RpcAccess? ReadVerb(string level) => level switch
    {
        "get" => RpcAccess.Read,
        "call" => RpcAccess.Control,
        "admin" => RpcAccess.Admin,
        _ => null,
    };
}
