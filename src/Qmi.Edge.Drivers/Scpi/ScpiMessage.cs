using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Qmi.Edge.Drivers;

/// <summary>
/// A command or query. A string becomes one, and so does <c>$"VOLT {volts:F3}"</c>: its values are written straight into bytes, without a
/// string, with a point whatever the culture, booleans as 1 and 0. Use it once, in the call that it is an argument of.
/// </summary>
[InterpolatedStringHandler]
public ref struct ScpiMessage
{
    private readonly string? _text;
    private byte[]? _rented;
    private int _length;

    /// <summary>For the compiler: the beginning of an interpolated string.</summary>
    public ScpiMessage(int literalLength, int formattedCount) =>
        _rented = ArrayPool<byte>.Shared.Rent(literalLength + (formattedCount * 24));

    private ScpiMessage(string text) => _text = text;

    /// <summary>A fixed message.</summary>
    public static implicit operator ScpiMessage(string text) => new(text);

    /// <summary>For the compiler: a literal part.</summary>
    public void AppendLiteral(string value) => Append(value);

    /// <summary>For the compiler: text as it is.</summary>
    public void AppendFormatted(ReadOnlySpan<char> value) => Append(value);

    /// <summary>For the compiler: text as it is.</summary>
    public void AppendFormatted(string value) => Append(value);

    /// <summary>For the compiler: 1 or 0.</summary>
    public void AppendFormatted(bool value) => Append(value ? "1" : "0");

    /// <summary>For the compiler: a finite number.</summary>
    /// <exception cref="ArgumentException">Not a number, or infinite: no instrument should be set to that by accident.</exception>
    public void AppendFormatted(double value, string? format = null) =>
        AppendNumber(double.IsFinite(value) ? value : throw NotFinite(value), format);

    /// <summary>For the compiler: a finite number.</summary>
    /// <exception cref="ArgumentException">Not a number, or infinite: no instrument should be set to that by accident.</exception>
    public void AppendFormatted(float value, string? format = null) =>
        AppendNumber(float.IsFinite(value) ? value : throw NotFinite(value), format);

    /// <summary>For the compiler: any other value that writes itself.</summary>
    public void AppendFormatted<T>(T value, string? format = null)
        where T : IUtf8SpanFormattable => AppendNumber(value, format);

    /// <summary>Moves the message and its terminator into <paramref name="buffer"/>, which grows when it must.</summary>
    internal int MoveTo(ref byte[] buffer, ReadOnlySpan<byte> terminator)
    {
        var longest = (_text?.Length ?? _length) + terminator.Length;
        if (buffer.Length < longest)
            buffer = new byte[longest * 2];

        var length = _text is null ? CopyTo(buffer) : Encode(_text, buffer);
        var message = buffer.AsSpan(0, length);
        if (message.Trim((byte)' ').IsEmpty)
            throw new ArgumentException("A SCPI message has at least a header.");
        if (message.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
            throw new ArgumentException($"A SCPI message is printable ASCII and ends by itself: {ByteText.Quote(message)}.");

        terminator.CopyTo(buffer.AsSpan(length));
        return length + terminator.Length;
    }

    private static ArgumentException NotFinite(double value) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{value} is no value for an instrument. Where the instrument knows one, write INF or NAN as text."));

    private static int Encode(ReadOnlySpan<char> text, Span<byte> destination) =>
        Ascii.FromUtf16(text, destination, out var written) == OperationStatus.Done
            ? written
            : throw new ArgumentException($"A SCPI message is ASCII: \"{text}\".");

    private int CopyTo(Span<byte> destination)
    {
        var rented = _rented ?? throw new InvalidOperationException("A SCPI message can be sent once.");
        rented.AsSpan(0, _length).CopyTo(destination);
        _rented = null;
        ArrayPool<byte>.Shared.Return(rented);
        return _length;
    }

    private void Append(ReadOnlySpan<char> text)
    {
        Reserve(text.Length);
        _length += Encode(text, _rented.AsSpan(_length));
    }

    private void AppendNumber<T>(T value, string? format)
        where T : IUtf8SpanFormattable
    {
        int written;
        while (!value.TryFormat(_rented.AsSpan(_length), out written, format, CultureInfo.InvariantCulture))
            Reserve(_rented!.Length);
        _length += written;
    }

    private void Reserve(int room)
    {
        var current = _rented!;
        if (current.Length - _length >= room)
            return;

        _rented = ArrayPool<byte>.Shared.Rent(current.Length + room);
        current.AsSpan(0, _length).CopyTo(_rented);
        ArrayPool<byte>.Shared.Return(current);
    }
}
