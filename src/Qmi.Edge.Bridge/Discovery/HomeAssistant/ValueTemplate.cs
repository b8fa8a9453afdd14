namespace Qmi.Edge.Bridge;

/// <summary>
/// Templates of Home Assistant (Jinja) that take one value out of a document, and put one into a request. Members are looked up with brackets:
/// with a point, <c>value_json.values</c> would be the method of that name that every object has in Python.
/// </summary>
internal static class ValueTemplate
{
    /// <summary>What Home Assistant takes for "not known".</summary>
    private const string Unknown = "none";

    /// <summary>The value at a path; unknown as long as one of the objects on the way is null.</summary>
    public static string Read(params ReadOnlySpan<string> path)
    {
        var place = "value_json";
        var conditions = new List<string>();
        for (var index = 0; index < path.Length; index++)
        {
            if (index > 0)
                conditions.Add(place);
            place += $"['{path[index]}']";
        }

        return conditions.Count == 0 ? $"{{{{ {place} }}}}" : $"{{{{ {place} if {string.Join(" and ", conditions)} else {Unknown} }}}}";
    }

    /// <summary>A request that changes the setting at a path and leaves the others as they are.</summary>
    public static string Push(ReadOnlySpan<string> path, bool isText)
    {
        var value = isText ? "\"{{ value }}\"" : "{{ value }}";
        for (var index = path.Length - 1; index >= 0; index--)
            value = $"{{\"{path[index]}\":{value}}}";
        return $"{{\"args\":{{\"values\":{value}}}}}";
    }
}
