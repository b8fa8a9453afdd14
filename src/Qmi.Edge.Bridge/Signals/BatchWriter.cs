using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Writes batches of signal values as the contract has them. Its memory is used again for the next; for one thread.</summary>
internal sealed class BatchWriter
{
    private readonly ArrayBufferWriter<byte> _values = new(1024);
    private readonly ArrayBufferWriter<byte> _json = new(1024);
    private readonly ArrayBufferWriter<byte> _told = new(256);
    private readonly Utf8JsonWriter _valuesWriter;
    private readonly Utf8JsonWriter _jsonWriter;

    public BatchWriter()
    {
        _valuesWriter = new Utf8JsonWriter(_values, JsonStyle.Writing);
        _jsonWriter = new Utf8JsonWriter(_json, JsonStyle.Writing);
    }

    /// <summary>Writes the next batch of a tap.</summary>
    /// <param name="tap">Where the values come from.</param>
    /// <param name="mostValues">How many it may have.</param>
    /// <param name="mostBytes">How many bytes it may have, unless one value alone has more.</param>
    /// <param name="batch">What was written.</param>
    /// <param name="json">The batch; until the next is written.</param>
    /// <returns>False when there are no values.</returns>
    public bool TryWrite(SignalTap tap, int mostValues, int mostBytes, out SignalBatch batch, out ReadOnlySpan<byte> json)
    {
        while (true)
        {
            _values.ResetWrittenCount();
            _valuesWriter.Reset();
            if (!tap.TryWriteBatch(_valuesWriter, mostValues, mostBytes, out batch))
            {
                json = default;
                return false;
            }

            _valuesWriter.Flush();
            Write(tap.Signal.Publisher, batch);
            json = _json.WrittenSpan;
            if (json.Length <= mostBytes || batch.Count == 1)
                return true;
            // Its last value, or the times, made it too large.
            tap.PutBack();
            mostValues = batch.Count / 2;
        }
    }

    /// <summary>The same batch, telling how many values were lost before it.</summary>
    public ReadOnlySpan<byte> Tell(ReadOnlySpan<byte> json, long lost)
    {
        if (lost <= 0)
            return json;
        Span<byte> number = stackalloc byte[20];
        lost.TryFormat(number, out var digits, provider: CultureInfo.InvariantCulture);
        _told.ResetWrittenCount();
        _told.Write(json[..^1]);
        _told.Write(",\"lost\":"u8);
        _told.Write(number[..digits]);
        _told.Write("}"u8);
        return _told.WrittenSpan;
    }

    private void Write(RpcObject publisher, SignalBatch batch)
    {
        _json.ResetWrittenCount();
        _jsonWriter.Reset();
        var writer = _jsonWriter;
        writer.WriteStartObject();
        writer.WriteNumber("v"u8, 1);
        writer.WriteString("boot"u8, publisher.Box.Boot);
        writer.WriteNumber("s"u8, batch.First);
        writer.WriteTimestamp("t"u8, batch.Time);
        WriteOffsets(writer, batch.Offsets.Span);
        writer.WriteNumber("n"u8, batch.Count);
        writer.WritePropertyName("values"u8);
        writer.WriteRawValue(_values.WrittenSpan, skipInputValidation: true);
        writer.WriteNumber("q"u8, (int)batch.Quality);
        if (publisher.Lock.Fence is > 0 and var fence)
            writer.WriteNumber("fence"u8, fence);
        writer.WriteEndObject();
        writer.Flush();
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
