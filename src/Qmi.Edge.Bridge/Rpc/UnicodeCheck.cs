using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Finds what is no Unicode text in JSON. A parser does not look into strings, so that a broken one would be found by whoever reads it first,
/// far from where it can be answered.
/// </summary>
internal static class UnicodeCheck
{
    /// <summary>The place of the first byte that is not UTF-8, or -1.</summary>
    public static int FindBrokenByte(ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
            return -1;
        var place = 0;
        while (Rune.DecodeFromUtf8(text[place..], out _, out var length) == OperationStatus.Done)
            place += length;
        return place;
    }

    /// <summary>The place of the first escape that is half of a surrogate pair, or -1.</summary>
    /// <param name="json">One JSON value that can be parsed.</param>
    public static int FindHalfPair(ReadOnlySpan<byte> json)
    {
        // Few requests have any escape of that kind.
        if (json.IndexOf("\\u"u8) < 0)
            return -1;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonStyle.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped && FindHalfPairInString(reader.ValueSpan) is >= 0 and var place)
                return (int)reader.TokenStartIndex + 1 + place;
        }

        return -1;
    }

    private static int FindHalfPairInString(ReadOnlySpan<byte> escaped)
    {
        var high = -1;
        for (var place = 0; place < escaped.Length; place++)
        {
            var isCode = escaped[place] == '\\' && escaped[place + 1] == 'u';
            var code = isCode ? ReadCode(escaped[(place + 2)..]) : '\0';
            if (high >= 0 != char.IsLowSurrogate(code))
                return high >= 0 ? high : place;
            high = char.IsHighSurrogate(code) ? place : -1;
            if (escaped[place] == '\\')
                place += isCode ? 5 : 1;
        }

        return high;
    }

    private static char ReadCode(ReadOnlySpan<byte> digits) => (char)ushort.Parse(digits[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
