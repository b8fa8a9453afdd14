using System.Buffers.Binary;
using System.Numerics;

namespace Qmi.Edge.Runtime;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4), for which processors have an instruction: finds every burst of up to 32 wrong bits.</summary>
internal static class Checksum
{
    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint seed = 0)
    {
        var crc = ~seed;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
