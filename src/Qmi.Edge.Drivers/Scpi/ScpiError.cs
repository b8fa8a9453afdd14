using System.Text;

namespace Qmi.Edge.Drivers;

/// <summary>An entry of an instrument's error queue.</summary>
/// <param name="Number">Negative: defined by SCPI (-113: undefined header). Positive: the instrument's own.</param>
/// <param name="Text">What the instrument says, without quotes.</param>
public readonly record struct ScpiError(int Number, string Text)
{
    /// <summary><c>-113 Undefined header</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Number} {Text}");

    /// <summary>Reads <c>-113,"Undefined header"</c>; the text may be missing or without quotes.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> reply, out ScpiError error)
    {
        var comma = reply.IndexOf((byte)',');
        var isError = ScpiNumber.TryParse(comma < 0 ? reply : reply[..comma], out long number) && number is >= int.MinValue and <= int.MaxValue;
        error = isError ? new ScpiError((int)number, comma < 0 ? "" : Unquote(reply[(comma + 1)..])) : default;
        return isError;
    }

    private static string Unquote(ReadOnlySpan<byte> text)
    {
        var plain = Encoding.Latin1.GetString(text).Trim();
        return plain is ['"', .., '"'] ? plain[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : plain;
    }
}
