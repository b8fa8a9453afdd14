using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Qmi.Edge.Runtime;

/// <summary>A string as ECMAScript writes it (JSON.stringify, which RFC 8785 section 3.2.2.2 asks for): escaped is only what must be.</summary>
internal static class CanonicalString
{
    /// <summary>Writes a string, given as it stands between its quotes in JSON text.</summary>
    public static void Write(ScratchText output, ReadOnlySpan<byte> escaped)
    {
        output.Write((byte)'"');
        // Without an escape there is nothing to decide: JSON itself forbids what would have to be escaped.
        if (escaped.Contains((byte)'\\'))
            WriteEscaped(output, Unescape(escaped));
        else
            output.Write(escaped);
        output.Write((byte)'"');
    }

    /// <summary>The text of a string, given as it stands between its quotes in JSON text. A surrogate without its partner stays one.</summary>
    public static string Unescape(ReadOnlySpan<byte> escaped)
    {
        var text = Encoding.UTF8.GetString(escaped);
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var result = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] != '\\')
            {
                result.Append(text[index]);
                continue;
            }

            index++;
            result.Append(text[index] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => (char)ushort.Parse(text.AsSpan(index + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                var character => character,
            });
            if (text[index] == 'u')
                index += 4;
        }

        return result.ToString();
    }

    private static void WriteEscaped(ScratchText output, ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var known = Rune.DecodeFromUtf16(text, out var rune, out var length) == OperationStatus.Done;
            if (!known)
                WriteCode(output, text[0]);
            else if (rune.Value < ' ' || rune.Value is '"' or '\\')
                WriteEscape(output, (char)rune.Value);
            else
                output.Write(rune);
            text = text[length..];
        }
    }

    private static void WriteEscape(ScratchText output, char character)
    {
        var name = character switch
        {
            '\b' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\f' => 'f',
            '\r' => 'r',
            '"' or '\\' => character,
            _ => '\0',
        };
        if (name == '\0')
        {
            WriteCode(output, character);
            return;
        }

        output.Write((byte)'\\');
        output.Write((byte)name);
    }

    private static void WriteCode(ScratchText output, char character)
    {
        Span<byte> code = stackalloc byte[4];
        Utf8Formatter.TryFormat(character, code, out _, new StandardFormat('x', 4));
        output.Write("\\u"u8);
        output.Write(code);
    }
}
