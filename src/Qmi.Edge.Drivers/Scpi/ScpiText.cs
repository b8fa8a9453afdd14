using System.Globalization;

namespace Qmi.Edge.Drivers;

/// <summary>Cuts SCPI text at a separator that stands outside of quotes, parentheses and blocks.</summary>
internal static class ScpiText
{
    public static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var (start, depth, quote, blockEnd) = (0, 0, '\0', 0);
        for (var index = 0; index < text.Length; index++)
        {
            var letter = text[index];
            if (quote != '\0')
            {
                // A doubled quote closes and opens again at once, which is the same.
                quote = letter == quote ? '\0' : quote;
                continue;
            }

            switch (letter)
            {
                case '"' or '\'':
                    quote = letter;
                    break;
                case '(':
                    depth++;
                    break;
                case ')':
                    depth--;
                    break;
                case '#' when TryGetBlockEnd(text, index, out var end):
                    blockEnd = Math.Min(end, text.Length);
                    index = blockEnd - 1;
                    break;
                case var _ when letter == separator && depth == 0:
                    parts.Add(Trim(text, start, index, blockEnd));
                    start = index + 1;
                    break;
            }
        }

        parts.Add(Trim(text, start, text.Length, blockEnd));
        return parts;
    }

    /// <summary>Where the definite block that begins at <paramref name="start"/> ends, once its header is there; the end may lie beyond the text.</summary>
    public static bool TryGetBlockEnd(ReadOnlySpan<char> text, int start, out int end)
    {
        end = 0;
        if (start + 1 >= text.Length || text[start + 1] is < '1' or > '9')
            return false;

        var digits = text[start + 1] - '0';
        end = start + 2 + digits;
        if (end > text.Length)
            return true;
        if (!int.TryParse(text.Slice(start + 2, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            return false;
        end += length;
        return true;
    }

    /// <summary>Drops spaces around a part, but not the last bytes of a block that happen to look like some.</summary>
    private static string Trim(string text, int start, int end, int blockEnd)
    {
        while (start < end && text[start] is ' ' or '\t' or '\r')
            start++;
        while (end > start && end > blockEnd && text[end - 1] is ' ' or '\t' or '\r')
            end--;
        return text[start..end];
    }
}
