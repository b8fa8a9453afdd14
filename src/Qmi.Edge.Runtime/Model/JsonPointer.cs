using System.Globalization;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>JSON Pointer, RFC 6901.</summary>
public static class JsonPointer
{
    /// <summary>A member name as one step of a pointer.</summary>
    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The member names along a pointer.</summary>
    public static IEnumerable<string> Steps(string path) => path.Split('/').Skip(1)
        .Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));

    /// <summary>The value that a pointer points to, or null when there is none.</summary>
    public static JsonElement? Find(JsonElement document, string path)
    {
        foreach (var step in Steps(path))
        {
            if (document.ValueKind == JsonValueKind.Object && document.TryGetProperty(step, out var member))
                document = member;
            else if (document.ValueKind == JsonValueKind.Array && TryGetIndex(step, out var index) && index < document.GetArrayLength())
                document = document[index];
            else
                return null;
        }

        return document;
    }

    /// <summary>The pointers of everything that differs between two values, deepest place each, in order of the first.</summary>
    public static IReadOnlyList<string> Differences(JsonElement left, JsonElement right)
    {
        var paths = new List<string>();
        Compare(left, right, "", paths);
        return paths;
    }

    /// <summary>Whether two pointers point to the same value, or one to a part of the other's.</summary>
    public static bool Overlap(string left, string right)
    {
        var (shorter, longer) = left.Length <= right.Length ? (left, right) : (right, left);
        return longer.StartsWith(shorter, StringComparison.Ordinal) && (longer.Length == shorter.Length || longer[shorter.Length] == '/');
    }

    // Digits only, and no leading zero: so says the RFC.
    private static bool TryGetIndex(string step, out int index) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out index) && (step.Length == 1 || step[0] != '0');

    private static void Compare(JsonElement left, JsonElement right, string path, List<string> paths)
    {
        if (left.ValueKind != JsonValueKind.Object || right.ValueKind != JsonValueKind.Object)
        {
            if (!JsonElement.DeepEquals(left, right))
                paths.Add(path);
            return;
        }

        foreach (var member in left.EnumerateObject())
        {
            var memberPath = path + "/" + Escape(member.Name);
            if (right.TryGetProperty(member.Name, out var other))
                Compare(member.Value, other, memberPath, paths);
            else
                paths.Add(memberPath);
        }

        foreach (var member in right.EnumerateObject())
        {
            if (!left.TryGetProperty(member.Name, out _))
                paths.Add(path + "/" + Escape(member.Name));
        }
    }
}
