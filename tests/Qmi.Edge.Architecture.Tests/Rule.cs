namespace Qmi.Edge.Architecture.Tests;

/// <summary>A rule of the runtime, as <c>docs/reference/rules.md</c> lists it.</summary>
/// <param name="Id">For example <c>LOOP-4</c>.</param>
/// <param name="Meaning">One line, in words.</param>
/// <param name="Tests">The classes of tests that prove it; empty when it is not claimed yet.</param>
internal sealed record Rule(string Id, string Meaning, IReadOnlyList<string> Tests)
{
    public const string File = "docs/reference/rules.md";
    private const string NotClaimed = "not claimed yet";

    public bool IsClaimed => Tests.Count > 0;

    public static IReadOnlyList<Rule> Table { get; } =
        [.. Repository.Lines(File).Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| Rule |", StringComparison.Ordinal)).Select(Parse)];

    private static Rule Parse(string line)
    {
        var cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
        Assert.True(cells.Length == 3, $"{File}: \"{line}\" has no three cells.");
        return new Rule(cells[0], cells[1], cells[2] == NotClaimed ? [] : cells[2].Split(", "));
    }
}
