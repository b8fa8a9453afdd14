namespace Qmi.Edge.Runtime;

/// <summary>The names of the roles, as people write them: each is the most that somebody may do.</summary>
public static class RoleName
{
    /// <summary>All of them, in the order of what they may do.</summary>
    public static IReadOnlyList<string> All { get; } = ["observer", "operator", "admin"];

    /// <summary>The name of a role.</summary>
    public static string Of(RpcAccess role) => All[(int)role];

    /// <summary>The role of that name, or null.</summary>
    public static RpcAccess? Find(string name)
    {
        for (var role = 0; role < All.Count; role++)
        {
            if (All[role] == name)
                return (RpcAccess)role;
        }

        return null;
    }
}
