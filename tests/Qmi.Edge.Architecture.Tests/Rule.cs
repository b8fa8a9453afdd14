namespace Qmi.Edge.Architecture.Tests;

/// <summary>A rule of the runtime or of the MQTT contract, as the tables that people read list it.</summary>
/// <param name="Id">For example <c>LOOP-4</c> or <c>MQTT-2.5.3</c>.</param>
/// <param name="Meaning">One line, in words.</param>
/// <param name="Tests">The classes of tests that prove it; empty when it is not claimed yet.</param>
internal sealed record Rule(string Id, string Meaning, IReadOnlyList<string> Tests)
{
    public const string RuntimeFile = "docs/reference/rules.md";
    public const string ContractFile = "docs/reference/mqtt-rules.md";
    private const string NotClaimed = "not claimed yet";

    public bool IsClaimed => Tests.Count > 0;

    public static IReadOnlyList<Rule> Runtime { get; } = Read(RuntimeFile);

    public static IReadOnlyList<Rule> Contract { get; } = Read(ContractFile);

    public static IReadOnlyList<Rule> Table { get; } = [.. Runtime, .. Contract];

    private static IReadOnlyList<Rule> Read(string file) =>
        [.. Repository.Lines(file).Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| Rule |", StringComparison.Ordinal)).Select(line => Parse(file, line))];

    private static Rule Parse(string file, string line)
    {
        var cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
        Assert.True(cells.Length == 3, $"{file}: \"{line}\" has no three cells.");
        return new Rule(cells[0], cells[1], cells[2] == NotClaimed ? [] : cells[2].Split(", "));
    }
}
