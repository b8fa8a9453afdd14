using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Writes a <see cref="Schema"/> as JSON Schema 2020-12.</summary>
internal static class SchemaWriter
{
    public static void Write(Utf8JsonWriter writer, Schema schema)
    {
        writer.WriteStartObject();
        WriteType(writer, schema);
        if (schema.Description is { } description)
            writer.WriteString("description"u8, description);
        if (schema.Unit is { } unit)
            writer.WriteString("unit"u8, unit);
        WriteLimits(writer, schema);
        WriteEnum(writer, schema);
        if (schema.Items is { } items)
        {
            writer.WritePropertyName("items"u8);
            Write(writer, items);
        }

        if (schema.Type == SchemaType.Object)
            WriteMembers(writer, schema);
        if (schema.WriteOnly)
            writer.WriteBoolean("writeOnly"u8, true);
        if (schema.Default is { } value && !schema.WriteOnly)
        {
            writer.WritePropertyName("default"u8);
            writer.WriteRawValue(value);
        }

        writer.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter writer, Schema schema)
    {
        if (schema.Type == SchemaType.Any)
            return;
        var name = SchemaValidator.NameOf(schema.Type);
        if (!schema.Nullable)
        {
            writer.WriteString("type"u8, name);
            return;
        }

        writer.WriteStartArray("type"u8);
        writer.WriteStringValue(name);
        writer.WriteStringValue("null"u8);
        writer.WriteEndArray();
    }

    private static void WriteLimits(Utf8JsonWriter writer, Schema schema)
    {
        if (schema.Minimum is { } minimum)
            writer.WriteNumber("minimum"u8, minimum);
        if (schema.Maximum is { } maximum)
            writer.WriteNumber("maximum"u8, maximum);
        var isArray = schema.Type == SchemaType.Array;
        if (schema.MinLength is { } shortest)
            writer.WriteNumber(isArray ? "minItems"u8 : "minLength"u8, shortest);
        if (schema.MaxLength is { } longest)
            writer.WriteNumber(isArray ? "maxItems"u8 : "maxLength"u8, longest);
        if (schema.Pattern is { } pattern)
            writer.WriteString("pattern"u8, pattern);
        if (schema.Format is { } format)
            writer.WriteString("format"u8, format);
    }

    private static void WriteEnum(Utf8JsonWriter writer, Schema schema)
    {
        if (schema.Enum is not { } names)
            return;
        writer.WriteStartArray("enum"u8);
        foreach (var name in names)
            writer.WriteStringValue(name);
        if (schema.Nullable)
            writer.WriteNullValue();
        writer.WriteEndArray();
    }

    private static void WriteMembers(Utf8JsonWriter writer, Schema schema)
    {
        if (schema.Properties.Any(property => property.Required))
        {
            writer.WriteStartArray("required"u8);
            foreach (var property in schema.Properties.Where(property => property.Required))
                writer.WriteStringValue(property.Name);
            writer.WriteEndArray();
        }

        writer.WriteStartObject("properties"u8);
        foreach (var property in schema.Properties)
        {
            writer.WritePropertyName(property.Name);
            Write(writer, property.Schema);
        }

        writer.WriteEndObject();
        writer.WritePropertyName("additionalProperties"u8);
        if (schema.AdditionalProperties is { } additional)
            Write(writer, additional);
        else
            writer.WriteBooleanValue(false);
    }
}
