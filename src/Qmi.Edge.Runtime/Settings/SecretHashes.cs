using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Short names for secrets, by which one can see that a secret has changed and nothing else: they are keyed with a number that only this box
/// has, and with the place of the secret, so equal secrets in two boxes, or in two places, look different, and nobody can try words.
/// </summary>
/// <remarks>Without a state folder the key is new at every start of the box, and with it all hashes.</remarks>
internal sealed partial class SecretHashes
{
    private const string FileName = "settings/_key";
    private const int KeySize = 32;
    private const int ShownSize = 16;

    private readonly byte[] _key;

    private SecretHashes(byte[] key) => _key = key;

    /// <summary>With the box's key, which is made when there is none.</summary>
    public static SecretHashes Open(IStateDisk? disk, ILogger logger)
    {
        var key = RandomNumberGenerator.GetBytes(KeySize);
        if (disk is null)
            return new SecretHashes(key);
        var file = new AtomicFile(disk, FileName);
        try
        {
            if (file.Load().Content is { Length: KeySize } kept)
                return new SecretHashes(kept.ToArray());
            file.Save(key);
        }
        catch (IOException exception)
        {
            LogKeyNotKept(logger, exception);
        }

        return new SecretHashes(key);
    }

    /// <summary>The hash of a secret.</summary>
    /// <param name="task">The task that has it.</param>
    /// <param name="path">JSON Pointer of its place.</param>
    /// <param name="value">The secret.</param>
    public string Of(string task, string path, JsonElement value)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hash.AppendData(Encoding.UTF8.GetBytes($"{task}{path}\n"));
        hash.AppendData(Encoding.UTF8.GetBytes(value.GetRawText()));
        return "hmac-sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, ShownSize));
    }

    [LoggerMessage(1704, LogLevel.Warning, "The key for the hashes of secrets could not be kept: they will be others after a restart")]
    private static partial void LogKeyNotKept(ILogger logger, Exception exception);
}
