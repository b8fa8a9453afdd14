using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Qmi.Edge.Drivers;

/// <summary>
/// Numbers as SCPI writes them: decimal with a point, and the three values that every instrument has for "no number": 9.91E37 is not a number,
/// 9.9E37 and -9.9E37 are infinite, which is how overload reads (SCPI-99 volume 1, 7.2.1.4 and 7.2.1.5).
/// </summary>
public static class ScpiNumber
{
    private const double NotANumber = 9.91E37;
    private const double Infinite = 9.9E37;

    // Some instruments compute in single precision and print what 9.9E37 becomes there.
    private const double Tolerance = 1E32;

    /// <summary>Reads a number; spaces around it are allowed, a unit is not.</summary>
    /// <param name="text">ASCII.</param>
    /// <param name="value">The number, <see cref="double.NaN"/>, or infinite.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        text = text.Trim(" \t\r"u8);

        // The framework takes zero bytes after a number for nothing; from an instrument they are line noise.
        if (double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value) && text[^1] != 0)
        {
            if (Math.Abs(value - NotANumber) < Tolerance)
                value = double.NaN;
            else if (Math.Abs(value) > Infinite - Tolerance)
                value = value > 0 ? double.PositiveInfinity : double.NegativeInfinity;
            return true;
        }

        value = text switch
        {
            _ when IsWord(text, "INF"u8) || IsWord(text, "+INF"u8) => double.PositiveInfinity,
            _ when IsWord(text, "NINF"u8) || IsWord(text, "-INF"u8) => double.NegativeInfinity,
            _ => double.NaN,
        };
        return !double.IsNaN(value) || IsWord(text, "NAN"u8);
    }

    /// <summary>Reads a whole number: <c>+12</c>, <c>1.2E+1</c>, <c>#H0C</c>, <c>#Q14</c>, <c>#B1100</c>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long value)
    {
        text = text.Trim(" \t\r"u8);
        if (text.Length > 2 && text[0] == (byte)'#')
            return TryParseBits(text[2..], (char)(text[1] & ~0x20), out value);
        if (Utf8Parser.TryParse(text, out value, out var used) && used == text.Length)
            return true;

        // Instruments that know only one format for numbers answer a count with an exponent. Beyond 2^53 a double would no longer be exact.
        var isWhole = TryParse(text, out double number) && Math.Abs(number) <= 1L << 53 && Math.Truncate(number) == number;
        value = isWhole ? (long)number : 0;
        return isWhole;
    }

    /// <summary>Reads <c>1</c>, <c>0</c>, <c>ON</c>, <c>OFF</c>; any other whole number than zero is true, as SCPI says.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out bool value)
    {
        text = text.Trim(" \t\r"u8);
        var isNumber = TryParse(text, out long number);
        value = isNumber ? number != 0 : IsWord(text, "ON"u8);
        return isNumber || value || IsWord(text, "OFF"u8);
    }

    /// <summary>Writes a number as an instrument does: <c>+2.150000E+01</c>, and the agreed numbers for what is none.</summary>
    public static string Format(double value) => value switch
    {
        double.NaN => "+9.910000E+37",
        double.PositiveInfinity => "+9.900000E+37",
        double.NegativeInfinity => "-9.900000E+37",
        _ => value.ToString("+0.000000E+00;-0.000000E+00;+0.000000E+00", CultureInfo.InvariantCulture),
    };

    private static bool TryParseBits(ReadOnlySpan<byte> digits, char kind, out long value)
    {
        var radix = kind switch { 'H' => 16, 'Q' => 8, 'B' => 2, _ => 0 };
        value = 0;
        foreach (var digit in digits)
        {
            var worth = digit is >= (byte)'0' and <= (byte)'9' ? digit - '0' : ((digit & ~0x20) - 'A') is >= 0 and < 6 and var letter ? letter + 10 : int.MaxValue;
            if (worth >= radix || value > (long.MaxValue - worth) / radix)
                return false;
            value = (value * radix) + worth;
        }

        return true;
    }

    private static bool IsWord(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(text, word);
}
