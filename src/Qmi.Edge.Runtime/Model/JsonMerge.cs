using System.Buffers;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>JSON Merge Patch, RFC 7396.</summary>
public static class JsonMerge
{
    /// <summary><paramref name="target"/> with <paramref name="patch"/> laid over it: members replace members, null removes them.</summary>
    public static JsonElement Apply(JsonElement target, JsonElement patch)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
            Write(writer, target, patch);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    /// <summary>The pointers of everything that a patch speaks of, deepest place each.</summary>
    public static IReadOnlyList<string> PathsOf(JsonElement patch)
    {
        var paths = new List<string>();
        Collect(patch, "", paths);
        return paths;
    }

    private static void Collect(JsonElement patch, string path, List<string> paths)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            paths.Add(path);
            return;
        }

        foreach (var member in patch.EnumerateObject())
            Collect(member.Value, path + "/" + JsonPointer.Escape(member.Name), paths);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            patch.WriteTo(writer);
            return;
        }

        var old = target is { ValueKind: JsonValueKind.Object } present ? present : (JsonElement?)null;
        writer.WriteStartObject();
        if (old is { } members)
        {
            foreach (var member in members.EnumerateObject())
            {
                if (!patch.TryGetProperty(member.Name, out _))
                    member.WriteTo(writer);
            }
        }

        foreach (var change in patch.EnumerateObject())
        {
            if (change.Value.ValueKind == JsonValueKind.Null)
                continue;
            writer.WritePropertyName(change.Name);
            Write(writer, old is { } value && value.TryGetProperty(change.Name, out var inner) ? inner : null, change.Value);
        }

        writer.WriteEndObject();
    }
}
