using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>An object's self-description on the wire: JSON Schema 2020-12 for everything.</summary>
public static class DescriptionDocument
{
    /// <summary>Writes the document as a JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, ObjectDescription description)
    {
        writer.WriteStartObject();
        WriteMembers(writer, description);
        writer.WriteEndObject();
    }

    /// <summary>Writes its members into an object that the caller has begun.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, ObjectDescription description)
    {
        writer.WriteString("class"u8, description.ClassName);
        if (description.Description is { } text)
            writer.WriteString("description"u8, text);
        writer.WriteStartObject("methods"u8);
        foreach (var method in description.Methods)
        {
            writer.WritePropertyName(method.Name);
            WriteMethod(writer, method);
        }

        writer.WriteEndObject();
        WriteSchema(writer, "settings"u8, description.Settings);
        WriteSchema(writer, "status"u8, description.Status);
        writer.WriteStartObject("signals"u8);
        foreach (var signal in description.Signals)
        {
            writer.WritePropertyName(signal.Name);
            WriteSignal(writer, signal);
        }

        writer.WriteEndObject();
    }

    private static void WriteMethod(Utf8JsonWriter writer, RpcMethodDescription method)
    {
        writer.WriteStartObject();
        writer.WriteString("verb"u8, RpcVerb.NameOf(method.Access));
        if (method.Description is { } text)
            writer.WriteString("description"u8, text);
        if (method.Access != RpcAccess.Read)
            writer.WriteString("lock"u8, method.Lock.ToString().ToLowerInvariant());
        if (method.Idempotent)
            writer.WriteBoolean("idempotent"u8, true);
        if (method.Cancellable)
            writer.WriteBoolean("cancellable"u8, true);
        if (method.Timeout is { } timeout)
            writer.WriteNumber("timeout_ms"u8, (long)timeout.TotalMilliseconds);
        if (method.Arguments.Properties.Count > 0)
            WriteSchema(writer, "args"u8, method.Arguments);
        if (method.Result.Type != SchemaType.Null)
            WriteSchema(writer, "result"u8, method.Result);
        writer.WriteEndObject();
    }

    private static void WriteSignal(Utf8JsonWriter writer, SignalDescription signal)
    {
        writer.WriteStartObject();
        if (signal.Description is { } text)
            writer.WriteString("description"u8, text);
        WriteSchema(writer, "value"u8, signal.Schema);
        writer.WriteBoolean("reliable"u8, signal.Reliable);
        if (signal.Binary)
            writer.WriteString("content_type"u8, "application/cbor"u8);
        if (signal.HistoryBytes > 0)
            writer.WriteNumber("ring_bytes"u8, signal.HistoryBytes);
        writer.WriteEndObject();
    }

    private static void WriteSchema(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Schema? schema)
    {
        if (schema is null)
            return;
        writer.WritePropertyName(name);
        schema.WriteTo(writer);
    }
}
