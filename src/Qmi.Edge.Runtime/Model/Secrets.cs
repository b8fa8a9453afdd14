using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Writes values so that members marked <see cref="SecretAttribute"/> cannot be read.</summary>
internal static class Secrets
{
    /// <summary>What stands for a secret.</summary>
    public const string Mask = "***";

    public static void Write(Utf8JsonWriter writer, JsonElement value, Schema? schema)
    {
        if (schema is { WriteOnly: true })
        {
            writer.WriteStringValue(Mask);
            return;
        }

        if (value.ValueKind != JsonValueKind.Object || schema is null)
        {
            value.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        foreach (var member in value.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            Write(writer, member.Value, schema.FindProperty(member.Name)?.Schema ?? schema.AdditionalProperties);
        }

        writer.WriteEndObject();
    }

    /// <summary>A value as text, for the audit log.</summary>
    public static string ToText(JsonElement value, Schema schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
            Write(writer, value, schema);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Whether the value that a pointer points to is a secret, or part of one.</summary>
    public static bool Contains(Schema schema, string path)
    {
        foreach (var step in JsonPointer.Steps(path))
        {
            if (schema.WriteOnly || schema.FindProperty(step) is not { } property)
                break;
            schema = property.Schema;
        }

        return schema.WriteOnly;
    }
}
