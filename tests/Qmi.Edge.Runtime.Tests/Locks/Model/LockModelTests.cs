using System.Globalization;

namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <summary>
/// Hundreds of histories of a lock table under everything that can go wrong, read by a checker that knows nothing of the table. To make as many as
/// a release needs: <c>QMI_EDGE_LOCK_HISTORIES=10000</c>; to see one again: <c>QMI_EDGE_LOCK_SEED=4711</c>.
/// </summary>
public class LockModelTests(ITestOutputHelper output)
{
    private const int UsualHistories = 600;
    private const int MostHistoriesForAMutant = 10_000;

    public static TheoryData<string> Mutants => [.. LockMutant.All.Select(mutant => mutant.Name)];

    [Fact]
    [Trait("rule", "LOCK-8")]
    [Trait("rule", "LOCK-6")]
    [Trait("rule", "LOCK-5")]
    [Trait("rule", "LOCK-3")]
    public void No_history_breaks_a_promise()
    {
        var (first, count) = Variable("QMI_EDGE_LOCK_SEED") is { } seed ? (seed, 1) : (0, Variable("QMI_EDGE_LOCK_HISTORIES") ?? UsualHistories);
        var coverage = new Dictionary<string, int>();

        for (var current = first; current < first + count; current++)
        {
            var history = LockModel.MakeHistory(current);
            var broken = LockChecker.Check(history, ModelBox.Targets, ModelBox.Grace);
            Assert.True(broken.Count == 0, $"seed {current}: {string.Join('\n', broken)}\n{Tell(history, count == 1)}");
            Count(history, coverage);
        }

        foreach (var (what, times) in coverage.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            output.WriteLine($"{what}: {times}");
        if (count >= UsualHistories)
            AssertCovered(coverage, count);
    }

    [Fact]
    public void The_same_seed_is_the_same_history() => Assert.Equal(LockModel.MakeHistory(7), LockModel.MakeHistory(7));

    [Theory]
    [MemberData(nameof(Mutants))]
    public void A_lock_table_with_something_wrong_is_found_out(string name)
    {
        var mutant = LockMutant.All.Single(mutant => mutant.Name == name);

        for (var seed = 0; seed < MostHistoriesForAMutant; seed++)
        {
            if (LockModel.Check(seed, mutant) is not { Count: > 0 } broken)
                continue;
            output.WriteLine($"seed {seed}: {broken[0]}");
            return;
        }

        Assert.Fail($"Of {MostHistoriesForAMutant} histories none shows that {name}.");
    }

    private static int? Variable(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Tell(IReadOnlyList<Happened> history, bool isWanted) =>
        isWanted ? string.Join('\n', history.Select(happened => $"{happened.At / 1e9:0.000000} {happened}")) : "Set QMI_EDGE_LOCK_SEED to it to see the history.";

    private static void Count(IReadOnlyList<Happened> history, Dictionary<string, int> coverage)
    {
        var messages = history.OfType<Happened.Delivered>().ToDictionary(delivered => delivered.Id, delivered => delivered.Message);
        foreach (var happened in history)
        {
            var what = happened is Happened.Answered answered ? $"{messages[answered.Id].Wish} {(answered.Answer.IsGood ? "good" : answered.Answer.Error?.ToString() ?? "no")}" : happened.GetType().Name;
            coverage[what] = coverage.GetValueOrDefault(what) + 1;
        }
    }

    // A model in which nothing happens would break nothing.
    private static void AssertCovered(Dictionary<string, int> coverage, int count)
    {
        foreach (var what in new[] { "Booted", "Died", "Lock good", "Lock no", "Lock Busy", "Call good", "Call Locked", "Call LockLost", "Call LockRequired", "Renew good", "Renew LockLost", "Unlock good", "Unlock no", "Unlock LockLost", "Force good", "Lock Cancelled", "Presence", "Stalled" })
            Assert.True(coverage.GetValueOrDefault(what) > count / 100, $"{what} happened {coverage.GetValueOrDefault(what)} times in {count} histories.");
    }
}
