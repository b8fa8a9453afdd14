using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Writes a batch of signal values as the contract has it.</summary>
internal static class SignalBatchWriter
{
    private const int Good = 0;

    public static void Write(Utf8JsonWriter writer, EdgeBox box, SignalBatch batch, ReadOnlySpan<byte> values, long lostBefore)
    {
        writer.WriteStartObject();
        writer.WriteNumber("v"u8, 1);
        writer.WriteString("boot"u8, box.Boot);
        writer.WriteNumber("s"u8, batch.First);
        writer.WriteTimestamp("t"u8, batch.Time);
        WriteOffsets(writer, batch.Offsets.Span);
        writer.WriteNumber("n"u8, batch.Count);
        writer.WritePropertyName("values"u8);
        writer.WriteRawValue(values, skipInputValidation: true);
        writer.WriteNumber("q"u8, Good);
        if (batch.Lost + lostBefore > 0)
            writer.WriteNumber("lost"u8, batch.Lost + lostBefore);
        writer.WriteEndObject();
    }

    private static void WriteOffsets(Utf8JsonWriter writer, ReadOnlySpan<long> offsets)
    {
        if (offsets.Length < 2)
            return;
        if (IsUniform(offsets))
        {
            writer.WriteNumber("dt_us"u8, offsets[1]);
            return;
        }

        writer.WriteStartArray("t_us"u8);
        foreach (var offset in offsets)
            writer.WriteNumberValue(offset);
        writer.WriteEndArray();
    }

    private static bool IsUniform(ReadOnlySpan<long> offsets)
    {
        for (var index = 2; index < offsets.Length; index++)
        {
            if (offsets[index] != index * offsets[1])
                return false;
        }

        return true;
    }
}
