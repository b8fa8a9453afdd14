using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Reads settings that an earlier version of the software has written.</summary>
internal static class SettingsFit
{
    /// <summary>
    /// Reads values. What the software does not know any more is left out, for nobody reads it; what it knows and the values lack comes from
    /// the defaults. Anything else that breaks the schema makes all of them useless: half of a setting is none.
    /// </summary>
    /// <param name="values">The values.</param>
    /// <param name="defaults">The defaults; undefined when there are none.</param>
    /// <param name="type">How settings look today.</param>
    /// <param name="value">The settings.</param>
    /// <param name="leftOut">The pointers of what was left out.</param>
    /// <param name="misfit">Why they cannot be used.</param>
    public static bool TryRead<T>(JsonElement values, JsonElement defaults, DataType<T> type, [MaybeNullWhen(false)] out T value, out IReadOnlyList<string> leftOut, [NotNullWhen(false)] out string? misfit)
    {
        var paths = new List<string>();
        leftOut = paths;
        try
        {
            (value, misfit) = (type.Read(Adapt(values, defaults, type.Schema, paths), "They"), null);
            return true;
        }
        catch (QmiException exception)
        {
            (value, misfit) = (default, exception.Message);
            return false;
        }
    }

    private static JsonElement Adapt(JsonElement values, JsonElement defaults, Schema schema, List<string> leftOut)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
            Write(writer, values, defaults, schema, "", leftOut);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement values, JsonElement defaults, Schema schema, string path, List<string> leftOut)
    {
        if (values.ValueKind != JsonValueKind.Object || schema.Type != SchemaType.Object)
        {
            values.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        foreach (var member in values.EnumerateObject())
        {
            var memberPath = path + "/" + JsonPointer.Escape(member.Name);
            if ((schema.FindProperty(member.Name)?.Schema ?? schema.AdditionalProperties) is not { } inner)
            {
                leftOut.Add(memberPath);
                continue;
            }

            writer.WritePropertyName(member.Name);
            Write(writer, member.Value, FindIn(defaults, member.Name), inner, memberPath, leftOut);
        }

        foreach (var property in schema.Properties.Where(property => !values.TryGetProperty(property.Name, out _)))
        {
            if (FindIn(defaults, property.Name) is not { ValueKind: not JsonValueKind.Undefined } given)
                continue;
            writer.WritePropertyName(property.Name);
            given.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static JsonElement FindIn(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) ? member : default;
}
