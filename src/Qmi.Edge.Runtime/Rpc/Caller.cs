namespace Qmi.Edge.Runtime;

/// <summary>Who calls: a name that the border has authenticated, and what it may do.</summary>
/// <param name="Name">The name in audit entries and lock documents; <c>_local</c> inside the process.</param>
/// <param name="Role">The most it may do.</param>
public sealed record Caller(string Name, RpcAccess Role = RpcAccess.Admin)
{
    /// <summary>Code in the same process.</summary>
    public static Caller Local { get; } = new("_local");
}
