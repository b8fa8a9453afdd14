using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Qmi.Edge.Runtime;

/// <summary>The regular expressions of schemas. They come from code, but the values from anywhere: a value must not be able to hang the box.</summary>
internal static class SchemaPattern
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(100);
    private static readonly ConcurrentDictionary<string, Regex> Known = new();

    /// <summary>Why the pattern does not accept the text, as the end of a sentence; null when it does.</summary>
    public static string? WhyNot(string text, string pattern)
    {
        try
        {
            return Known.GetOrAdd(pattern, Compile).IsMatch(text) ? null : $"does not match {pattern}";
        }
        catch (RegexMatchTimeoutException)
        {
            return $"could not be compared with {pattern} within {Timeout.TotalMilliseconds} ms: give a shorter or simpler text";
        }
    }

    // In JSON Schema a $ is the end of the text; in .NET it is also the place before a last newline.
    private static Regex Compile(string pattern) =>
        new(EndsWithAnchor(pattern) ? pattern[..^1] + "\\z" : pattern, RegexOptions.CultureInvariant, Timeout);

    private static bool EndsWithAnchor(string pattern)
    {
        if (!pattern.EndsWith('$'))
            return false;
        var escapes = 0;
        for (var index = pattern.Length - 2; index >= 0 && pattern[index] == '\\'; index--)
            escapes++;
        return escapes % 2 == 0;
    }
}
