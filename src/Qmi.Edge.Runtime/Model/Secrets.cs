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

        switch (value.ValueKind)
        {
            case JsonValueKind.Object when schema is not null:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, Inside(schema, member.Name));
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array when schema is not null:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(writer, item, schema.Items);
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    /// <summary>The pointers and the values of all secrets in a value.</summary>
    public static IEnumerable<(string Path, JsonElement Value)> Find(JsonElement value, Schema? schema, string path = "")
    {
        if (schema is null)
            return [];
        if (schema.WriteOnly)
            return [(path, value)];
        return value.ValueKind switch
        {
            JsonValueKind.Object => value.EnumerateObject().SelectMany(member => Find(member.Value, Inside(schema, member.Name), path + "/" + JsonPointer.Escape(member.Name))),
            JsonValueKind.Array => value.EnumerateArray().SelectMany((item, index) => Find(item, schema.Items, $"{path}/{index}")),
            _ => [],
        };
    }

    /// <summary>A value as text, for the audit log.</summary>
    public static string ToText(JsonElement value, Schema schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
            Write(writer, value, schema);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A value without those secrets that are masked: whoever has read them so does not know them, and must not write the mask in their place.</summary>
    /// <param name="value">An object.</param>
    /// <param name="schema">What it looks like.</param>
    /// <param name="isWhole">Whether nothing had to be left out.</param>
    public static ReadOnlyMemory<byte> WithoutMasked(JsonElement value, Schema schema, out bool isWhole)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var leftOut = 0;
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
            WriteWithoutMasked(writer, value, schema, ref leftOut);
        isWhole = leftOut == 0;
        return buffer.WrittenMemory;
    }

    private static void WriteWithoutMasked(Utf8JsonWriter writer, JsonElement value, Schema? schema, ref int leftOut)
    {
        if (value.ValueKind != JsonValueKind.Object || schema is null)
        {
            value.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        foreach (var member in value.EnumerateObject())
        {
            var inside = Inside(schema, member.Name);
            if (inside is { WriteOnly: true } && member.Value.ValueKind == JsonValueKind.String && member.Value.ValueEquals(Mask))
            {
                leftOut++;
                continue;
            }

            writer.WritePropertyName(member.Name);
            WriteWithoutMasked(writer, member.Value, inside, ref leftOut);
        }

        writer.WriteEndObject();
    }

    /// <summary>The schema of the value that a pointer points to; that of a secret for everything inside of one.</summary>
    public static Schema? SchemaAt(Schema schema, string path)
    {
        foreach (var step in JsonPointer.Steps(path))
        {
            if (schema.WriteOnly)
                break;
            if (Inside(schema, step) is not { } inner)
                return null;
            schema = inner;
        }

        return schema;
    }

    private static Schema? Inside(Schema schema, string step) =>
        schema.Type == SchemaType.Array ? schema.Items : schema.FindProperty(step)?.Schema ?? schema.AdditionalProperties;
}
