using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Qmi.Edge.Runtime;

/// <summary>Compares secrets in a time that tells nothing about them.</summary>
internal static class LockTokens
{
    public static bool AreEqual(string left, string right) =>
        ReferenceEquals(left, right) || CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(left.AsSpan()), MemoryMarshal.AsBytes(right.AsSpan()));
}
