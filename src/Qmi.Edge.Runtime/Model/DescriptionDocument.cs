using System.Buffers;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// An object's self-description on the wire: JSON Schema 2020-12 for everything. Its <c>hash</c> is that of all other members, so it changes when
/// and only when the description does.
/// </summary>
public static class DescriptionDocument
{
    private const int UsualSize = 16 * 1024;

    /// <summary>Writes the document as a JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, ObjectDescription description)
    {
        writer.WriteStartObject();
        writer.WriteString("hash"u8, GetHash(description));
        WriteMembers(writer, description);
        writer.WriteEndObject();
    }

    /// <summary>Writes the documents of several objects as the members of one, by name.</summary>
    public static void WriteAll(Utf8JsonWriter writer, IEnumerable<ObjectDescription> descriptions)
    {
        ArgumentNullException.ThrowIfNull(descriptions);
        writer.WriteStartObject();
        foreach (var description in descriptions)
        {
            writer.WritePropertyName(description.Name);
            Write(writer, description);
        }

        writer.WriteEndObject();
    }

    /// <summary>The name of a lock rule on the wire.</summary>
    public static string NameOf(LockRule rule) => rule.ToString().ToLowerInvariant();

    /// <summary>The hash of the document: <see cref="ContentHash"/> of its members other than <c>hash</c>.</summary>
    public static string GetHash(ObjectDescription description)
    {
        var buffer = new ArrayBufferWriter<byte>(UsualSize);
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
        {
            writer.WriteStartObject();
            WriteMembers(writer, description);
            writer.WriteEndObject();
        }

        return ContentHash.Of(buffer.WrittenSpan);
    }

    /// <summary>Writes its members, other than <c>hash</c>, into an object that the caller has begun.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, ObjectDescription description)
    {
        writer.WriteString("class"u8, description.ClassName);
        if (description.Description is { } text)
            writer.WriteString("description"u8, text);
        writer.WriteStartObject("methods"u8);
        foreach (var method in description.Methods)
        {
            writer.WritePropertyName(method.Name);
            WriteMethod(writer, method, description);
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

    private static void WriteMethod(Utf8JsonWriter writer, RpcMethodDescription method, ObjectDescription owner)
    {
        writer.WriteStartObject();
        writer.WriteString("verb"u8, RpcVerb.NameOf(method.Access));
        if (method.Description is { } text)
            writer.WriteString("description"u8, text);
        if (method.Access != RpcAccess.Read)
            writer.WriteString("lock"u8, NameOf(method.Lock));
        if (method.Idempotent)
            writer.WriteBoolean("idempotent"u8, true);
        if (method.Cancellable)
            writer.WriteBoolean("cancellable"u8, true);
        if (method.Timeout is { } timeout)
            writer.WriteNumber("timeout_ms"u8, (long)timeout.TotalMilliseconds);
        if (method.Arguments.Properties.Count > 0)
            WriteSchema(writer, "args"u8, method.Arguments);
        if (method.Result.Type != SchemaType.Null)
            WriteResult(writer, method.Result, owner);
        writer.WriteEndObject();
    }

    // Settings and status stand in the document already: a method that answers with them refers to them.
    private static void WriteResult(Utf8JsonWriter writer, Schema result, ObjectDescription owner)
    {
        var reference = Same(result, owner.Settings) ? "#/settings" : Same(result, owner.Status) ? "#/status" : null;
        if (reference is null)
        {
            WriteSchema(writer, "result"u8, result);
            return;
        }

        writer.WriteStartObject("result"u8);
        if (result.Nullable)
        {
            writer.WriteStartArray("anyOf"u8);
            writer.WriteStartObject();
        }

        writer.WriteString("$ref"u8, reference);
        if (result.Nullable)
        {
            writer.WriteEndObject();
            Schema.Nothing.WriteTo(writer);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static bool Same(Schema result, Schema? whole) => whole is { Type: SchemaType.Object } && result with { Nullable = whole.Nullable } == whole;

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
