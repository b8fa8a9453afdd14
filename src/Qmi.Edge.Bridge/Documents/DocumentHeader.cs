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
}
