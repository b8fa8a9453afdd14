using Microsoft.CodeAnalysis.CSharp;

namespace Qmi.Edge.Generators;

/// <summary>Makes C# identifiers.</summary>
internal static class Identifiers
{
    /// <summary>The name, with <c>@</c> where it is a keyword.</summary>
    public static string Escape(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    /// <summary>The name as one of a variable, different from all that are taken.</summary>
    public static string Local(string name, IEnumerable<string> taken)
    {
        var local = char.ToLowerInvariant(name.TrimStart('@')[0]) + name.TrimStart('@').Substring(1);
        return Escape(Unused(local, taken));
    }

    /// <summary>The name, with underscores until it is different from all that are taken.</summary>
    public static string Unused(string name, IEnumerable<string> taken)
    {
        var all = new HashSet<string>(taken);
        while (all.Contains(name) || all.Contains("@" + name))
            name += "_";
        return name;
    }

    /// <summary>A dotted name as one identifier; no two names become the same one.</summary>
    public static string Flatten(string name)
    {
        var characters = name.Replace("_", "__").Select(static c => c == '.' ? '_' : char.IsLetterOrDigit(c) ? c : '_');
        var flat = string.Concat(characters);
        return flat.Length == 0 || char.IsDigit(flat[0]) ? "_" + flat : flat;
    }
}
