using System.Security.Cryptography;

namespace Qmi.Edge.Runtime;

/// <summary>The secret that proves who holds a lock.</summary>
public static class LockToken
{
    /// <summary>A random token of 128 bits, as 32 hexadecimal digits.</summary>
    public static string Create() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
