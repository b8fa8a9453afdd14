using System.Buffers;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>A reusable place to write one JSON document. One for each thread that writes.</summary>
internal sealed class JsonBuffer : IDisposable
{
    [ThreadStatic]
    private static JsonBuffer? t_current;

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);

    private JsonBuffer() => Writer = new Utf8JsonWriter(_bytes, JsonStyle.Writing);

    /// <summary>Writes into the buffer.</summary>
    public Utf8JsonWriter Writer { get; }

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written
    {
        get
        {
            Writer.Flush();
            return _bytes.WrittenMemory;
        }
    }

    /// <summary>The calling thread's buffer, empty. What was in it before is gone.</summary>
    public static JsonBuffer Rent()
    {
        var buffer = t_current ?? new JsonBuffer();
        // While it is rented a nested rent gets another one.
        t_current = null;
        buffer._bytes.ResetWrittenCount();
        buffer.Writer.Reset();
        return buffer;
    }

    /// <summary>Gives it back.</summary>
    public void Dispose() => t_current = this;
}
