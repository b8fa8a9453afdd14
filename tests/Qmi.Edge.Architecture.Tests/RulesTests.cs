namespace Qmi.Edge.Architecture.Tests;

/// <summary>Every rule of the runtime and of the contract that is claimed is proven, and what is proven is in the table that people read.</summary>
public class RulesTests
{
    /// <summary>What the first issues promise; the table may claim more, never less.</summary>
    private static readonly string[] Promised =
    [
        .. Ids("TASK", 1, 12), .. Ids("LOOP", 1, 13), .. Ids("SET", 1, 7), .. Ids("RPC", 1, 6), .. Ids("LOCK", 1, 8),
        .. Ids("SIG", 1, 4), "HEALTH-1", "AUDIT-1", "MODEL-1", .. Ids("RT", 1, 3),
    ];

    private static readonly string[] Later = [];

    [Fact]
    public void Every_rule_is_in_the_table_once_with_its_meaning()
    {
        Assert.Equal(Promised.Concat(Later).Order(StringComparer.Ordinal), Rule.Runtime.Select(rule => rule.Id).Order(StringComparer.Ordinal));
        Assert.All(Rule.Table, rule => Assert.InRange(rule.Meaning.Length, 20, 200));
    }

    [Fact]
    public void Every_rule_of_the_contract_is_claimed_and_each_section_counts_from_one()
    {
        Assert.All(Rule.Contract, rule => Assert.True(rule.IsClaimed, rule.Id));
        foreach (var section in Rule.Contract.GroupBy(rule => rule.Id[..rule.Id.LastIndexOf('.')]))
            Assert.Equal(Enumerable.Range(1, section.Count()).Select(number => $"{section.Key}.{number}"), section.Select(rule => rule.Id));
    }

    [Fact]
    public void The_contract_that_users_read_promises_what_is_proven()
    {
        var faults = Repository.Lines("docs/reference/mqtt.md").Where(line => line.StartsWith("| MQTT-3.", StringComparison.Ordinal)).Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1]);

        Assert.Equal(Rule.Contract.Where(rule => rule.Id.StartsWith("MQTT-3.", StringComparison.Ordinal)).Select(rule => rule.Id), faults);
    }

    [Fact]
    public void What_is_promised_is_claimed() =>
        Findings.AssertNone(Promised.Except(Rule.Runtime.Where(rule => rule.IsClaimed).Select(rule => rule.Id)));

    [Fact]
    public void Every_claimed_rule_has_a_test() =>
        Findings.AssertNone(Rule.Table.Where(rule => rule.IsClaimed).Select(rule => rule.Id).Except(RuleTrait.All.Select(trait => trait.Id)));

    [Fact]
    public void Every_test_names_a_rule_that_is_claimed()
    {
        var claimed = Rule.Table.Where(rule => rule.IsClaimed).Select(rule => rule.Id).ToHashSet();

        Findings.AssertNone(RuleTrait.All.Where(trait => !claimed.Contains(trait.Id)).Select(trait => $"{trait.File}: {trait.Id} is claimed in no table: name the tests there, or correct the id."));
    }

    [Fact]
    public void The_tests_that_the_table_names_prove_what_it_says()
    {
        var proven = RuleTrait.All.Select(trait => (trait.Id, trait.Class)).ToHashSet();

        Findings.AssertNone(
            from rule in Rule.Table
            from test in rule.Tests
            where !proven.Contains((rule.Id, test))
            select $"{test} has no test of {rule.Id}.");
    }

    private static IEnumerable<string> Ids(string group, int first, int last) => Enumerable.Range(first, last - first + 1).Select(number => $"{group}-{number}");
}
