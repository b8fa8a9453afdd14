using System.Globalization;

namespace Qmi.Edge.Drivers;

/// <summary>
/// A header as manuals print it: <c>[SOURce#:]VOLTage[:LEVel]?</c>. Capitals are the short form, brackets may be left out, # is a number that is 1 when left out.
/// </summary>
internal sealed class ScpiHeader
{
    private readonly List<Node> _nodes = [];

    public ScpiHeader(string pattern)
    {
        Pattern = pattern;
        IsQuery = pattern.EndsWith('?');
        var isOptional = false;
        foreach (var part in pattern.TrimEnd('?').Replace("[:", ":[", StringComparison.Ordinal).Replace(":]", "]:", StringComparison.Ordinal).Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            isOptional |= part.StartsWith('[');
            _nodes.Add(Node.From(part.Trim('[', ']'), isOptional));
            isOptional &= !part.EndsWith(']');
        }

        if (_nodes.Count == 0)
            throw new ArgumentException($"\"{pattern}\" is no SCPI header.", nameof(pattern));
    }

    public string Pattern { get; }

    public bool IsQuery { get; }

    /// <summary>Whether the words of a header, as they were sent, are this one; and the numbers in it, one for each # of the pattern.</summary>
    public bool Matches(ReadOnlySpan<string> words, out int[] suffixes)
    {
        suffixes = [.. _nodes.Where(node => node.HasSuffix).Select(_ => 1)];
        return Matches(0, words, 0, suffixes);
    }

    private bool Matches(int at, ReadOnlySpan<string> words, int suffix, int[] suffixes)
    {
        if (at == _nodes.Count)
            return words.IsEmpty;

        var node = _nodes[at];
        var next = suffix + (node.HasSuffix ? 1 : 0);
        if (!words.IsEmpty && node.Matches(words[0], out var number) && Matches(at + 1, words[1..], next, suffixes))
        {
            if (node.HasSuffix)
                suffixes[suffix] = number;
            return true;
        }

        return node.IsOptional && Matches(at + 1, words, next, suffixes);
    }

    private sealed record Node(string Short, string Long, bool IsOptional, bool HasSuffix)
    {
        public static Node From(string part, bool isOptional)
        {
            var word = part.TrimEnd('#');
            return new Node(string.Concat(word.Where(letter => !char.IsAsciiLetterLower(letter))), word, isOptional, word.Length < part.Length);
        }

        public bool Matches(string word, out int number)
        {
            number = 1;
            var name = HasSuffix ? word.TrimEnd("0123456789".ToCharArray()) : word;
            if (name.Length < word.Length && !int.TryParse(word.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number))
                return false;
            return name.Equals(Short, StringComparison.OrdinalIgnoreCase) || name.Equals(Long, StringComparison.OrdinalIgnoreCase);
        }
    }
}
