using System.Globalization;
using System.Text;

namespace Qmi.Edge.Drivers;

/// <summary>Bytes of a protocol for people: text stays text, control characters and the rest become escapes.</summary>
internal static class ByteText
{
    private const int Shown = 80;

    /// <summary>The first bytes, in quotes; says how many there are when not all are shown.</summary>
    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder().Append('"');
        Append(text, bytes[..Math.Min(bytes.Length, Shown)]);
        text.Append('"');
        if (bytes.Length > Shown)
            text.Append(CultureInfo.InvariantCulture, $" ... ({bytes.Length} bytes)");
        return text.ToString();
    }

    public static void Append(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            _ = value switch
            {
                (byte)'\n' => text.Append("\\n"),
                (byte)'\r' => text.Append("\\r"),
                (byte)'\t' => text.Append("\\t"),
                (byte)'"' => text.Append("\\\""),
                (byte)'\\' => text.Append("\\\\"),
                >= 0x20 and < 0x7F => text.Append((char)value),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\x{value:X2}"),
            };
        }
    }
}
