using System.Text.Json;

namespace Qmi.Edge.Box;

/// <summary>
/// Reads members that may be missing or of the wrong type: the schema has told that, and reading goes on as if they were not there.
/// </summary>
internal static class Members
{
    public static JsonElement? Find(this JsonElement parent, string name, JsonValueKind kind) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) && member.ValueKind == kind ? member : null;

    public static string? FindText(this JsonElement parent, string name) => parent.Find(name, JsonValueKind.String)?.GetString();

    public static JsonElement? FindObject(this JsonElement parent, string name) => parent.Find(name, JsonValueKind.Object);

    /// <summary>True unless it says false.</summary>
    public static bool IsNotFalse(this JsonElement parent, string name) => parent.Find(name, JsonValueKind.False) is null;

    /// <summary>True only when it says true.</summary>
    public static bool IsTrue(this JsonElement parent, string name) => parent.Find(name, JsonValueKind.True) is not null;

    /// <summary>The members of a group that are objects; of those with the same name the last.</summary>
    public static IEnumerable<JsonProperty> FindObjects(this JsonElement parent, string name)
    {
        if (parent.FindObject(name) is not { } group)
            return [];
        return group.EnumerateObject()
            .Where(member => member.Value.ValueKind == JsonValueKind.Object)
            .GroupBy(member => member.Name)
            .Select(same => same.Last());
    }
}
