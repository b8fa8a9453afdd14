namespace Qmi.Edge.Bridge;

/// <summary>What entities are called: by people, and by programs.</summary>
internal static class EntityName
{
    /// <summary>For people: "Thermostat integral time".</summary>
    public static string Of(string target, params ReadOnlySpan<string> path)
    {
        var words = $"{target} {string.Join(' ', path)}".Replace('_', ' ');
        return char.ToUpperInvariant(words[0]) + words[1..];
    }

    /// <summary>For programs, stable: Home Assistant keeps what people changed about an entity by it. No name has a dot, so no two things have the same.</summary>
    public static string Id(string target, string platform, params ReadOnlySpan<string> path) => $"{target}.{platform}.{string.Join('.', path)}";
}
