using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Qmi.Edge.Runtime;

/// <summary>
/// What a token is compared with, in a time that tells nothing about it: the token itself, or, after a restart, its hash. The file of the locks never has it.
/// </summary>
internal sealed class LockSecret
{
    private const int SaltSize = 16;

    /// <summary>Matches nothing.</summary>
    public static readonly LockSecret Unknown = new([], []);

    private readonly string? _token;
    private byte[]? _salt;
    private byte[]? _hash;

    /// <summary>The secret of a token that is known.</summary>
    public LockSecret(string token) => _token = token;

    /// <summary>The secret of a token of which only the hash is known.</summary>
    public LockSecret(byte[] salt, byte[] hash) => (_salt, _hash) = (salt, hash);

    /// <summary>Whether it is this token's.</summary>
    public bool Matches(string token)
    {
        if (_token is null)
            return CryptographicOperations.FixedTimeEquals(_hash, Hash(_salt!, token));
        return ReferenceEquals(_token, token) || CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(_token.AsSpan()), MemoryMarshal.AsBytes(token.AsSpan()));
    }

    /// <summary>What may be written down. One thread at a time.</summary>
    public (byte[] Salt, byte[] Hash) ToHash()
    {
        // Tokens of one's own choice can be short: the salt makes a table of the usual ones useless.
        _salt ??= RandomNumberGenerator.GetBytes(SaltSize);
        _hash ??= Hash(_salt, _token!);
        return (_salt, _hash);
    }

    private static byte[] Hash(byte[] salt, string token) => SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(token)]);
}
