using System.Globalization;
using System.Text;

namespace Qmi.Edge.Runtime.Tests;

/// <summary>RFC 8785 as its text reads, for values that are plain C# objects: slow, and simple enough to be believed.</summary>
internal static class ReferenceCanonicalJson
{
    public static string Of(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => NumberOf(number),
        string text => TextOf(text),
        object?[] items => "[" + string.Join(',', items.Select(Of)) + "]",
        Dictionary<string, object?> members => "{" + string.Join(',', members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => TextOf(member.Key) + ":" + Of(member.Value))) + "}",
        _ => throw new ArgumentException($"no form for {value}"),
    };

    /// <summary>ECMA-262, Number::toString: the fewest digits k that read back the same, then the point placed by n.</summary>
    public static string NumberOf(double value)
    {
        if (value == 0)
            return "0";
        if (value < 0)
            return "-" + NumberOf(-value);
        var (digits, n) = Enumerable.Range(0, 17).SelectMany(places => WithPlaces(value, places)).First();
        var k = digits.Length;
        if (k <= n && n <= 21)
            return digits + new string('0', n - k);
        if (n is > 0 and <= 21)
            return digits[..n] + "." + digits[n..];
        if (n is > -6 and <= 0)
            return "0." + new string('0', -n) + digits;
        var exponent = (n - 1 < 0 ? "e-" : "e+") + Math.Abs(n - 1).ToString(CultureInfo.InvariantCulture);
        return (k == 1 ? digits : digits[..1] + "." + digits[1..]) + exponent;
    }

    /// <summary>What reads back the same with that many digits behind the first, the nearest one first.</summary>
    private static IEnumerable<(string Digits, int N)> WithPlaces(double value, int places)
    {
        var parts = value.ToString("E" + places, CultureInfo.InvariantCulture).Split('E');
        var nearest = long.Parse(parts[0].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        var exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        // Below a power of two the doubles lie twice as dense as above it: the nearest may be too far below where its neighbour above is not.
        return from candidate in new[] { nearest, nearest + 1, nearest - 1 }
               where double.Parse($"{candidate}E{exponent - places}", CultureInfo.InvariantCulture) == value
               let digits = candidate.ToString(CultureInfo.InvariantCulture)
               select (digits.TrimEnd('0'), exponent + 1 + digits.Length - (places + 1));
    }

    private static string TextOf(string text)
    {
        var result = new StringBuilder("\"");
        foreach (var character in text)
        {
            result.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\f' => "\\f",
                '\r' => "\\r",
                < ' ' => "\\u" + ((int)character).ToString("x4"),
                _ => character.ToString(),
            });
        }

        return result.Append('"').ToString();
    }
}
