using System.Globalization;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Wall times on the wire: RFC 3339, UTC, microseconds, <c>Z</c>.</summary>
public static class Timestamps
{
    private const string Format = "yyyy-MM-ddTHH:mm:ss.ffffffZ";
    private const int Length = 27;

    /// <summary>Writes a member with a wall time.</summary>
    public static void WriteTimestamp(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[Length];
        time.UtcDateTime.TryFormat(text, out var written, Format, CultureInfo.InvariantCulture);
        writer.WriteString(name, text[..written]);
    }

    /// <summary>A wall time as text.</summary>
    public static string ToText(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);
}
