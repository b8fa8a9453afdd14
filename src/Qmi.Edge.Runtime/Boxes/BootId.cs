namespace Qmi.Edge.Runtime;

/// <summary>A ULID for one run of a box: sorts by the time of its start.</summary>
public static class BootId
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    /// <summary>How many characters it has.</summary>
    public const int Length = 26;

    // 48 bits of milliseconds are the first ten characters.
    private const int TimeLength = 10;

    /// <summary>A new one.</summary>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="previous">The one before. The new one sorts after it, also when the wall clock has gone back, as it does in a machine that has no clock of its own.</param>
    public static string Create(TimeProvider timeProvider, string? previous = null)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        Span<byte> bytes = stackalloc byte[16];
        var milliseconds = timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        if (previous is not null && IsValid(previous))
            milliseconds = Math.Max(milliseconds, ReadTime(previous) + 1);
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

    /// <summary>Whether a text is one.</summary>
    public static bool IsValid(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == Length && text[0] <= '7' && !text.AsSpan().ContainsAnyExcept(Alphabet);
    }

    private static long ReadTime(string text)
    {
        var time = 0L;
        foreach (var digit in text.AsSpan(0, TimeLength))
            time = (time << 5) | (uint)Alphabet.IndexOf(digit, StringComparison.Ordinal);
        return time;
    }
}
