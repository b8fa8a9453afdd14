using System.Numerics;
using System.Text;

namespace Qmi.Edge.Drivers;

/// <summary>
/// A question whose answer cannot be anybody else's: <c>*IDN?</c>, and then the digits of a number that is used once, <c>*IDN?</c> for 1 and
/// <c>*STB?</c> for 0. An instrument that was stuck for an hour may answer hundreds of earlier markers when it comes back; none of them is this one.
/// </summary>
/// <param name="number">Rises with every marker.</param>
/// <param name="identity">The identity once it is known, else empty.</param>
internal sealed class ScpiMarker(long number, byte[] identity)
{
    private byte[] _identity = identity;

    public string Question { get; } = Chain(number);

    public ScpiMarker Next() => new(number + 1, _identity);

    /// <summary>Whether a line is the answer. While the identity is unknown, it must at least look like one.</summary>
    public bool IsAnswer(ReadOnlySpan<byte> line)
    {
        var digit = CountDigits(number);
        ReadOnlySpan<byte> first = default;
        foreach (var range in line.Split((byte)';'))
        {
            var part = line[range];
            if (digit == CountDigits(number))
                first = part;
            else if (digit < 0 || !(IsOne(number, digit) ? part.SequenceEqual(first) : ScpiNumber.TryParse(part, out long _)))
                return false;
            digit--;
        }

        if (digit >= 0 || !IsIdentity(first))
            return false;
        if (_identity.Length == 0)
            _identity = first.ToArray();
        return true;
    }

    // Lists of measured values have commas too, but a maker is not a number.
    private bool IsIdentity(ReadOnlySpan<byte> part) => _identity.Length > 0
        ? part.SequenceEqual(_identity)
        : part.Count((byte)',') >= 3 && !ScpiNumber.TryParse(part[..part.IndexOf((byte)',')], out double _);

    private static string Chain(long number)
    {
        var chain = new StringBuilder("*IDN?");
        for (var digit = CountDigits(number) - 1; digit >= 0; digit--)
            chain.Append(IsOne(number, digit) ? ";*IDN?" : ";*STB?");
        return chain.ToString();
    }

    private static int CountDigits(long number) => 64 - BitOperations.LeadingZeroCount((ulong)number);

    private static bool IsOne(long number, int digit) => ((number >> digit) & 1) != 0;
}
