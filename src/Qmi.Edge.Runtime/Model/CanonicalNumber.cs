using System.Buffers.Text;
using System.Globalization;

namespace Qmi.Edge.Runtime;

/// <summary>A number as ECMAScript writes it (Number::toString, which RFC 8785 section 3.2.2.3 asks for).</summary>
internal static class CanonicalNumber
{
    /// <summary>Longest text of a double: a sign, <c>0.00000</c> and 17 digits.</summary>
    public const int MaxLength = 25;

    // A double has at most 17 significant digits, and .NET writes at most "-d.dddddddddddddddd" and "E-324", or 15 digits before a point.
    private const int MaxDigits = 17;
    private const int MaxInvariantLength = 32;

    /// <summary>Writes a number that JSON text holds.</summary>
    public static void Write(ScratchText output, ReadOnlySpan<byte> number)
    {
        // An integer is its own canonical text: JSON allows neither a plus sign nor leading zeros. Taken as it stands, one beyond 2^53 keeps
        // the digits that a double would lose, so that two different 64-bit integers never become the same text.
        if (number.IndexOfAny(".eE"u8) < 0)
        {
            output.Write(number is [(byte)'-', (byte)'0'] ? "0"u8 : number);
            return;
        }

        // Beyond the range of a double there is no canonical form; the text as it was written is the nearest to one.
        if (!Utf8Parser.TryParse(number, out double value, out var consumed) || consumed != number.Length || !double.IsFinite(value))
        {
            output.Write(number);
            return;
        }

        Span<byte> text = stackalloc byte[MaxLength];
        output.Write(text[..Format(value, text)]);
    }

    /// <summary>Writes a finite number and returns the length of its text.</summary>
    public static int Format(double value, Span<byte> output)
    {
        if (value == 0)
        {
            output[0] = (byte)'0';
            return 1;
        }

        Span<byte> invariant = stackalloc byte[MaxInvariantLength];
        value.TryFormat(invariant, out var length, default, CultureInfo.InvariantCulture);
        // .NET's shortest text of 2^-25 and of 2^-958 lacks a digit and reads back as their lower neighbours. No other number is known; all are asked.
        if (!Utf8Parser.TryParse(invariant[..length], out double same, out _) || same != value)
            value.TryFormat(invariant, out length, "E16", CultureInfo.InvariantCulture);
        Span<byte> digits = stackalloc byte[MaxDigits];
        var (count, point) = Split(invariant[..length], digits);
        var written = 0;
        if (value < 0)
            output[written++] = (byte)'-';
        return written + Place(digits[..count], point, output[written..]);
    }

    /// <summary>Takes the shortest text of a number apart: its digits, without zeros at either end, and where the point stands among them.</summary>
    private static (int Count, int Point) Split(ReadOnlySpan<byte> text, Span<byte> digits)
    {
        var count = 0;
        var point = 0;
        var fraction = false;
        var exponent = 0;
        for (var index = 0; index < text.Length; index++)
        {
            var character = text[index];
            if (character == 'E')
            {
                _ = Utf8Parser.TryParse(text[(index + 1)..], out exponent, out _);
                break;
            }

            if (character == '.')
                fraction = true;
            if (!char.IsAsciiDigit((char)character))
                continue;
            if (count > 0 || character != '0')
                digits[count++] = character;
            if (fraction ? count == 0 : count > 0)
                point += fraction ? -1 : 1;
        }

        while (digits[count - 1] == '0')
            count--;
        return (count, point + exponent);
    }

    /// <summary>The steps of Number::toString, with k digits and n as the place of the point.</summary>
    private static int Place(ReadOnlySpan<byte> digits, int point, Span<byte> output)
    {
        var length = digits.Length;
        switch (point)
        {
            case > 0 and <= 21 when length <= point:
                digits.CopyTo(output);
                output[length..point].Fill((byte)'0');
                return point;
            case > 0 and <= 21:
                digits[..point].CopyTo(output);
                output[point] = (byte)'.';
                digits[point..].CopyTo(output[(point + 1)..]);
                return length + 1;
            case > -6 and <= 0:
                "0."u8.CopyTo(output);
                output[2..(2 - point)].Fill((byte)'0');
                digits.CopyTo(output[(2 - point)..]);
                return 2 - point + length;
            default:
                return Scientific(digits, point - 1, output);
        }
    }

    private static int Scientific(ReadOnlySpan<byte> digits, int exponent, Span<byte> output)
    {
        var written = 1;
        output[0] = digits[0];
        if (digits.Length > 1)
        {
            output[written++] = (byte)'.';
            digits[1..].CopyTo(output[written..]);
            written += digits.Length - 1;
        }

        output[written++] = (byte)'e';
        output[written++] = (byte)(exponent < 0 ? '-' : '+');
        Utf8Formatter.TryFormat(Math.Abs(exponent), output[written..], out var length);
        return written + length;
    }
}
