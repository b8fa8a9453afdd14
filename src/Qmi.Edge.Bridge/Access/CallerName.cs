using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The rules for the names of callers: a user name of the broker becomes a level of topics, so not every name will do.</summary>
public static class CallerName
{
    /// <summary>What is wrong with a name, and why that matters; null when nothing is.</summary>
    public static string? FindMistake(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (ObjectName.IsValid(name))
            return null;
        return name switch
        {
            _ when name.Contains('/') => $"\"{name}\" is no user name: it becomes one level of topics, and '/' would make two of it, of which the first may be somebody else.",
            _ when name.AsSpan().ContainsAny('+', '#') => $"\"{name}\" is no user name: '+' and '#' are wildcards of MQTT, with which a user would reach the topics of others.",
            _ when name.Contains('\0') => $"\"{name.Replace("\0", "\\0", StringComparison.Ordinal)}\" is no user name: MQTT forbids U+0000.",
            ['$', ..] => $"\"{name}\" is no user name: a level that begins with '$' is the broker's own.",
            ['_', ..] => $"\"{name}\" is no user name: a leading '_' is kept for what Qmi.Edge does itself, such as _local.",
            _ => $"\"{name}\" is no user name: {Rule}",
        };
    }

    /// <summary>What to say about a user that has the name of a box.</summary>
    public static string IsBox(string name) =>
        $"\"{name}\" is a box and a user: each needs a name of its own, since what the broker allows to everybody would let the one answer for the other.";

    internal static string NoBox(string name) => $"\"{name}\" is no box name: {Rule}";

    private static string Rule => $"use 1 to {ObjectName.MaxLength} lower-case letters, digits, '_' and '-', beginning with a letter or digit.";
}
