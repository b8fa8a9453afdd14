namespace Qmi.Edge.Runtime;

/// <summary>The names of the three privileges on the wire.</summary>
public static class RpcVerb
{
    /// <summary><c>get</c>, <c>call</c> or <c>admin</c>.</summary>
    public static string NameOf(RpcAccess access) => access switch
    {
        RpcAccess.Read => "get",
        RpcAccess.Control => "call",
        _ => "admin",
    };
}
