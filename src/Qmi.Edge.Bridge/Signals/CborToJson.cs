using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Reads what <see cref="Cbor"/> writes, as the JSON that it was. Anything else that CBOR may have is refused: no box sends it.</summary>
internal static class CborToJson
{
    /// <summary>Whether a payload can only be CBOR: JSON never begins like that.</summary>
    public static bool IsCbor(ReadOnlySpan<byte> payload) => payload is [Cbor.Map, ..];

    /// <exception cref="JsonException">It is not one whole value as <see cref="Cbor"/> writes it.</exception>
    public static byte[] Convert(ReadOnlySpan<byte> cbor)
    {
        var json = new ArrayBufferWriter<byte>((cbor.Length * 2) + 1);
        using (var writer = new Utf8JsonWriter(json, JsonStyle.Writing))
            ReadValue(ref cbor, writer, 0);
        return cbor.IsEmpty ? json.WrittenSpan.ToArray() : throw new JsonException($"Behind the CBOR are {cbor.Length} bytes more.");
    }

    private static void ReadValue(ref ReadOnlySpan<byte> cbor, Utf8JsonWriter writer, int depth)
    {
        if (depth == JsonStyle.MaxDepth)
            throw new JsonException($"The CBOR is deeper than {JsonStyle.MaxDepth}.");
        var head = Take(ref cbor, 1)[0];
        switch (head)
        {
            case Cbor.Map:
                ReadMap(ref cbor, writer, depth + 1);
                break;
            case Cbor.Array:
                writer.WriteStartArray();
                while (!TryTakeEnd(ref cbor))
                    ReadValue(ref cbor, writer, depth + 1);
                writer.WriteEndArray();
                break;
            case Cbor.False or Cbor.True:
                writer.WriteBooleanValue(head == Cbor.True);
                break;
            case Cbor.Null:
                writer.WriteNullValue();
                break;
            case Cbor.Single:
                WriteReal(writer, BinaryPrimitives.ReadSingleBigEndian(Take(ref cbor, sizeof(float))));
                break;
            case Cbor.Double:
                WriteReal(writer, BinaryPrimitives.ReadDoubleBigEndian(Take(ref cbor, sizeof(double))));
                break;
            default:
                ReadOther(head, ref cbor, writer);
                break;
        }
    }

    private static void ReadMap(ref ReadOnlySpan<byte> cbor, Utf8JsonWriter writer, int depth)
    {
        writer.WriteStartObject();
        while (!TryTakeEnd(ref cbor))
        {
            var head = Take(ref cbor, 1)[0];
            writer.WritePropertyName(TypeOf(head) == Cbor.Text ? TakeText(head, ref cbor) : throw Unknown(head));
            ReadValue(ref cbor, writer, depth);
        }

        writer.WriteEndObject();
    }

    private static void ReadOther(byte head, ref ReadOnlySpan<byte> cbor, Utf8JsonWriter writer)
    {
        switch (TypeOf(head))
        {
            case Cbor.Unsigned:
                writer.WriteNumberValue(TakeNumber(head, ref cbor));
                break;
            case Cbor.Negative when TakeNumber(head, ref cbor) is <= long.MaxValue and var number:
                writer.WriteNumberValue(-1 - (long)number);
                break;
            case Cbor.Text:
                writer.WriteStringValue(TakeText(head, ref cbor));
                break;
            default:
                throw Unknown(head);
        }
    }

    private static void WriteReal(Utf8JsonWriter writer, double number) =>
        writer.WriteNumberValue(double.IsFinite(number) ? number : throw new JsonException("The CBOR has a number that JSON has not."));

    private static byte TypeOf(byte head) => (byte)(head & 0xE0);

    private static ReadOnlySpan<byte> TakeText(byte head, ref ReadOnlySpan<byte> cbor)
    {
        var length = TakeNumber(head, ref cbor);
        var text = length <= (ulong)cbor.Length ? Take(ref cbor, (int)length) : throw TooShort();
        return Utf8.IsValid(text) ? text : throw new JsonException("The CBOR has a text that is not UTF-8.");
    }

    private static ulong TakeNumber(byte head, ref ReadOnlySpan<byte> cbor) => (head & 0x1F) switch
    {
        < 24 and var number => (ulong)number,
        24 => Take(ref cbor, sizeof(byte))[0],
        25 => BinaryPrimitives.ReadUInt16BigEndian(Take(ref cbor, sizeof(ushort))),
        26 => BinaryPrimitives.ReadUInt32BigEndian(Take(ref cbor, sizeof(uint))),
        27 => BinaryPrimitives.ReadUInt64BigEndian(Take(ref cbor, sizeof(ulong))),
        _ => throw Unknown(head),
    };

    private static bool TryTakeEnd(ref ReadOnlySpan<byte> cbor)
    {
        if (cbor is not [Cbor.End, ..])
            return false;
        cbor = cbor[1..];
        return true;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> cbor, int count)
    {
        if (cbor.Length < count)
            throw TooShort();
        var taken = cbor[..count];
        cbor = cbor[count..];
        return taken;
    }

    private static JsonException TooShort() => new("The CBOR ends before it is whole.");

    private static JsonException Unknown(byte head) => new($"The CBOR has the byte 0x{head:X2} where no box writes it.");
}
