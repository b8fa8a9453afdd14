using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What every document of a box begins with.</summary>
internal static class DocumentHeader
{
    /// <summary>Begins an object with version, boot and sequence number.</summary>
    public static void WriteStart(Utf8JsonWriter writer, EdgeBox box, long sequence)
    {
        writer.WriteStartObject();
        writer.WriteNumber("v"u8, 1);
        writer.WriteString("boot"u8, box.Boot);
        writer.WriteNumber("seq"u8, sequence);
    }

    /// <summary>
    /// Writes a whole document with its <c>hash</c>: the <see cref="ContentHash"/> of all members but <c>hash</c> itself, <c>v</c>, <c>boot</c> and
    /// <c>seq</c>. Who has seen the hash before has seen what the document says.
    /// </summary>
    public static void WriteHashed(Utf8JsonWriter writer, EdgeBox box, long sequence, Action<Utf8JsonWriter> writeMembers)
    {
        WriteStart(writer, box, sequence);
        writer.WriteString("hash"u8, HashOf(writeMembers));
        writeMembers(writer);
        writer.WriteEndObject();
    }

    private static string HashOf(Action<Utf8JsonWriter> writeMembers)
    {
        using var buffer = JsonBuffer.Rent();
        buffer.Writer.WriteStartObject();
        writeMembers(buffer.Writer);
        buffer.Writer.WriteEndObject();
        return ContentHash.Of(buffer.Written.Span);
    }
}
