using System.Globalization;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Wall times on the wire: RFC 3339, UTC, microseconds, <c>Z</c>.</summary>
public static class Timestamps
{
    // The round-trip format, the fastest there is, has seven digits of the second and then the zone.
    private const string Format = "O";
    private const int MicrosecondsEnd = 26;

    /// <summary>Writes a member with a wall time.</summary>
    public static void WriteTimestamp(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[MicrosecondsEnd + 2];
        time.UtcDateTime.TryFormat(text, out _, Format, CultureInfo.InvariantCulture);
        text[MicrosecondsEnd] = (byte)'Z';
        writer.WriteString(name, text[..(MicrosecondsEnd + 1)]);
    }

    /// <summary>A wall time as text.</summary>
    public static string ToText(DateTimeOffset time) => string.Concat(time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture).AsSpan(0, MicrosecondsEnd), "Z");
}
