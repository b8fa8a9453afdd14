using System.Globalization;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>
/// Arbitrary blocks (IEEE 488.2, 8.7.9 and 8.7.10): <c>#3100</c> and then 100 bytes, or <c>#0</c> and then bytes up to the end of the message.
/// A stream has no END line: in a block of unknown length the terminator ends it, so its data must not contain one.
/// </summary>
internal static class ScpiBlock
{
    private const int UnknownLength = -1;

    /// <summary>The header of a block of <paramref name="length"/> bytes.</summary>
    public static string GetHeader(int length)
    {
        var digits = length.ToString(CultureInfo.InvariantCulture);
        return $"#{digits.Length}{digits}";
    }

    /// <summary>Reads an answer that is one block, into a new array.</summary>
    public static byte[] Read(ScpiLink link, TimeSpan timeout, int mostBytes)
    {
        var clock = link.Transport.Clock;
        var deadline = clock.GetDeadline(timeout);
        var length = ReadHeader(link, deadline);
        if (length == UnknownLength)
            return link.ReadToEnd(clock.GetRemaining(deadline)).ToArray();

        ThrowIfTooLong(link, length, mostBytes);
        var block = new byte[length];
        ReadData(link, block, deadline);
        return block;
    }

    /// <summary>Reads an answer that is one block, without allocating; returns its length.</summary>
    public static int Read(ScpiLink link, TimeSpan timeout, Span<byte> destination)
    {
        var clock = link.Transport.Clock;
        var deadline = clock.GetDeadline(timeout);
        var length = ReadHeader(link, deadline);
        if (length == UnknownLength)
        {
            var data = link.ReadToEnd(clock.GetRemaining(deadline));
            ThrowIfTooLong(link, data.Length, destination.Length);
            data.CopyTo(destination);
            return data.Length;
        }

        ThrowIfTooLong(link, length, destination.Length);
        ReadData(link, destination[..length], deadline);
        return length;
    }

    private static int ReadHeader(ScpiLink link, long deadline)
    {
        var transport = link.Transport;
        Span<byte> header = stackalloc byte[2];
        transport.Read(header, transport.Clock.GetRemaining(deadline));
        if (header[0] != (byte)'#' || header[1] is < (byte)'0' or > (byte)'9')
            throw link.Unexpected("a block (# and a digit)", header);
        if (header[1] == (byte)'0')
            return UnknownLength;

        Span<byte> digits = stackalloc byte[9];
        digits = digits[..(header[1] - (byte)'0')];
        transport.Read(digits, transport.Clock.GetRemaining(deadline));
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw link.Unexpected("the length of the block", digits);
    }

    private static void ReadData(ScpiLink link, Span<byte> destination, long deadline)
    {
        link.Transport.Read(destination, link.Transport.Clock.GetRemaining(deadline));
        link.EndAnswer(link.Transport.Clock.GetRemaining(deadline));
    }

    private static void ThrowIfTooLong(ScpiLink link, int length, int most)
    {
        if (length > most)
            throw new QmiException(ErrorCode.ResultTooLarge, $"{link.Transport.Name}: the instrument sends a block of {length} bytes, and there is room for {most}. Ask for less at once, or give more room (MaxBlockLength).");
    }
}
