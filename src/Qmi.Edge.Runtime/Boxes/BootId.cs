namespace Qmi.Edge.Runtime;

/// <summary>A ULID for one run of a box: sorts by the time of its start.</summary>
public static class BootId
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    /// <summary>How many characters it has.</summary>
    public const int Length = 26;

    /// <summary>A new one.</summary>
    public static string Create(TimeProvider timeProvider)
    {
        Span<byte> bytes = stackalloc byte[16];
        var milliseconds = timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        for (var index = 5; index >= 0; index--)
        {
            bytes[index] = (byte)milliseconds;
            milliseconds >>= 8;
        }

        // It must be unique, not secret: a cryptographic generator would load OpenSSL into every box, for a tenth of its memory and of its start.
        Random.Shared.NextBytes(bytes[6..]);
        var value = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        Span<char> text = stackalloc char[Length];
        for (var index = Length - 1; index >= 0; index--)
        {
            text[index] = Alphabet[(int)(value & 31)];
            value >>= 5;
        }

        return new string(text);
    }
}
