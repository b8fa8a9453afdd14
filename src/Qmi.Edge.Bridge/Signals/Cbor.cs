using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Qmi.Edge.Bridge;

/// <summary>Writes JSON as CBOR (RFC 8949): the same members and values, numbers as eight bytes or less. Arrays and maps have an end mark instead of a length.</summary>
internal static class Cbor
{
    // Major types, in the upper three bits of a head.
    public const byte Unsigned = 0 << 5;
    public const byte Negative = 1 << 5;
    public const byte Text = 3 << 5;

    public const byte Array = 0x9F;
    public const byte Map = 0xBF;
    public const byte End = 0xFF;
    public const byte False = 0xF4;
    public const byte True = 0xF5;
    public const byte Null = 0xF6;
    public const byte Single = 0xFA;
    public const byte Double = 0xFB;

    /// <summary>Writes one JSON value, which is known to be right.</summary>
    public static void WriteJson(ReadOnlySpan<byte> json, IBufferWriter<byte> target)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName or JsonTokenType.String:
                    WriteText(ref reader, target);
                    break;
                case JsonTokenType.Number:
                    WriteNumber(ref reader, target);
                    break;
                default:
                    target.Write([SimpleOf(reader.TokenType)]);
                    break;
            }
        }
    }

    private static byte SimpleOf(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => Map,
        JsonTokenType.StartArray => Array,
        JsonTokenType.EndObject or JsonTokenType.EndArray => End,
        JsonTokenType.True => True,
        JsonTokenType.False => False,
        _ => Null,
    };

    private static void WriteText(ref Utf8JsonReader reader, IBufferWriter<byte> target)
    {
        if (!reader.ValueIsEscaped)
        {
            WriteHead(Text, (ulong)reader.ValueSpan.Length, target);
            target.Write(reader.ValueSpan);
            return;
        }

        // Unescaped it is never longer.
        var text = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        var length = reader.CopyString(text);
        WriteHead(Text, (ulong)length, target);
        target.Write(text.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(text);
    }

    private static void WriteNumber(ref Utf8JsonReader reader, IBufferWriter<byte> target)
    {
        if (reader.TryGetUInt64(out var unsigned))
            WriteHead(Unsigned, unsigned, target);
        else if (reader.TryGetInt64(out var negative))
            WriteHead(Negative, (ulong)(-1 - negative), target);
        else
            WriteReal(reader.GetDouble(), target);
    }

    private static void WriteReal(double value, IBufferWriter<byte> target)
    {
        var span = target.GetSpan(1 + sizeof(double));
        if ((float)value == value)
        {
            span[0] = Single;
            BinaryPrimitives.WriteSingleBigEndian(span[1..], (float)value);
            target.Advance(1 + sizeof(float));
            return;
        }

        span[0] = Double;
        BinaryPrimitives.WriteDoubleBigEndian(span[1..], value);
        target.Advance(1 + sizeof(double));
    }

    // A number below 24 stands in the head itself; else the head says how many bytes follow.
    private static void WriteHead(byte type, ulong value, IBufferWriter<byte> target)
    {
        var span = target.GetSpan(1 + sizeof(ulong));
        switch (value)
        {
            case < 24:
                span[0] = (byte)(type | (byte)value);
                target.Advance(1);
                break;
            case <= byte.MaxValue:
                (span[0], span[1]) = ((byte)(type | 24), (byte)value);
                target.Advance(2);
                break;
            case <= ushort.MaxValue:
                span[0] = (byte)(type | 25);
                BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)value);
                target.Advance(3);
                break;
            case <= uint.MaxValue:
                span[0] = (byte)(type | 26);
                BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)value);
                target.Advance(5);
                break;
            default:
                span[0] = (byte)(type | 27);
                BinaryPrimitives.WriteUInt64BigEndian(span[1..], value);
                target.Advance(9);
                break;
        }
    }
}
