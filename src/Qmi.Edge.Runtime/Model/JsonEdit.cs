using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Qmi.Edge.Runtime;

/// <summary>One value that a document shall have, or shall not have.</summary>
/// <param name="Path">JSON Pointer of the value; empty for the whole document.</param>
/// <param name="Value">The value; undefined when there shall be none.</param>
/// <remarks>Unlike a merge patch it can say that a member is null.</remarks>
internal readonly record struct JsonEdit(string Path, JsonElement Value)
{
    /// <summary>Whether the value goes away.</summary>
    public bool Removes => Value.ValueKind == JsonValueKind.Undefined;

    /// <summary>The edits that make one document of another.</summary>
    public static IReadOnlyList<JsonEdit> Between(JsonElement before, JsonElement after) =>
        [.. JsonPointer.Differences(before, after).Select(path => new JsonEdit(path, JsonPointer.Find(after, path) ?? default))];

    /// <summary>A document with edits made. A place whose surroundings are gone is left alone.</summary>
    public static JsonElement Apply(JsonElement document, IEnumerable<JsonEdit> edits)
    {
        foreach (var edit in edits)
        {
            if (edit.Path.Length == 0)
                document = edit.Value;
            else
                document = Apply(document, edit);
        }

        return document;
    }

    private static JsonElement Apply(JsonElement document, JsonEdit edit)
    {
        if (document.ValueKind != JsonValueKind.Object)
            return document;
        var root = JsonObject.Create(document)!;
        string[] steps = [.. JsonPointer.Steps(edit.Path)];
        var parent = root;
        foreach (var step in steps[..^1])
        {
            if (parent[step] is not JsonObject inner)
                return document;
            parent = inner;
        }

        if (edit.Removes)
            parent.Remove(steps[^1]);
        else
            parent[steps[^1]] = JsonNode.Parse(edit.Value.GetRawText());
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
            root.WriteTo(writer);
        using var edited = JsonDocument.Parse(buffer.WrittenMemory);
        return edited.RootElement.Clone();
    }
}
