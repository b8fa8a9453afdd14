using System.Text.RegularExpressions;

namespace Qmi.Edge.Architecture.Tests;

/// <summary>A test, or a class of tests, that names the rule it proves: <c>[Trait("rule", "LOOP-4")]</c>.</summary>
internal sealed partial record RuleTrait(string Id, string Class, string File)
{
    public static IReadOnlyList<RuleTrait> All { get; } = [.. Repository.Files("tests", ".cs").SelectMany(Read)];

    private static IEnumerable<RuleTrait> Read(string file)
    {
        var lines = Repository.Lines(file);
        var current = "";
        for (var index = 0; index < lines.Length; index++)
        {
            if (ClassLine().Match(lines[index]) is { Success: true } found)
                current = found.Groups[1].Value;
            if (TraitLine().Match(lines[index]) is not { Success: true } trait)
                continue;
            var attributes = AttributesAround(lines, index);
            var below = ClassLine().Match(lines[attributes.End.Value]);
            // On a class it stands for the tests in it; on a method it needs one, and one that is run.
            var isTest = below.Success ? lines.Any(IsTest) : lines[attributes].Any(IsTest);
            if (isTest && !lines[attributes].Any(line => line.Contains("Skip =", StringComparison.Ordinal)))
                yield return new RuleTrait(trait.Groups[1].Value, below.Success ? below.Groups[1].Value : current, file);
        }
    }

    private static Range AttributesAround(string[] lines, int index)
    {
        var (begin, end) = (index, index);
        while (begin > 0 && IsAttribute(lines[begin - 1]))
            begin--;
        while (end < lines.Length - 1 && IsAttribute(lines[end]))
            end++;
        return begin..end;
    }

    private static bool IsAttribute(string line) => line.TrimStart().StartsWith('[');

    private static bool IsTest(string line) => TestLine().IsMatch(line);

    [GeneratedRegex("""^\s*\[Trait\("rule", "([^"]+)"\)\]""")]
    private static partial Regex TraitLine();

    [GeneratedRegex(@"^\s*\[(\w*Fact|\w*Theory)\b")]
    private static partial Regex TestLine();

    [GeneratedRegex(@"^\s*(?:public |internal |private |file |sealed |abstract |static |partial )*class (\w+)")]
    private static partial Regex ClassLine();
}
