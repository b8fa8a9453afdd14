using System.Globalization;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>
/// kill -9 of broker and box under load. A dozen rounds, or as many as QMI_CHAOS_ROUNDS says; the seed is printed, and QMI_CHAOS_SEED repeats its choices.
/// </summary>
public class KillRoundsTests
{
    [Fact]
    public void Whatever_is_killed_nothing_is_lost_done_twice_held_twice_left_unanswered_or_left_behind()
    {
        var seed = ChaosSeed.FromEnvironment();
        Tell($"QMI_CHAOS_SEED={seed.Number} QMI_CHAOS_ROUNDS={ChaosSeed.Rounds}");
        var history = new History();
        using var lab = new ChaosLab(history);
        ChaosWorker[] workers =
        [
            .. Enumerable.Range(1, 3).Select(number => new ChaosCaller(lab.Broker.Port, $"caller{number}", seed, history)),
            new ChaosPusher(lab.Broker.Port, "pusher1", seed, history, retains: false),
            new ChaosPusher(lab.Broker.Port, "pusher2", seed, history, retains: true),
            .. Enumerable.Range(1, 2).Select(number => new ChaosLocker(lab.Broker.Port, $"locker{number}", seed, history)),
        ];
        var nemesis = new Nemesis(lab, seed);
        try
        {
            foreach (var worker in workers)
                worker.Start();
            for (var round = 1; round <= ChaosSeed.Rounds; round++)
                nemesis.Strike(isLast: round == ChaosSeed.Rounds);
            foreach (var worker in workers)
                worker.End();
        }
        finally
        {
            foreach (var worker in workers)
                worker.Dispose();
        }

        lab.ReadRest();
        var broken = Checker.FindBroken(history);

        Tell(Summary(history, nemesis));
        Assert.True(broken.Count == 0, $"QMI_CHAOS_SEED={seed.Number}\n{string.Join('\n', broken)}\n{Summary(history, nemesis)}");
        Assert.True(history.Requests.Count > 5 * ChaosSeed.Rounds && history.Pushes.Count > ChaosSeed.Rounds && history.Claims.Count > ChaosSeed.Rounds / 2, Summary(history, nemesis));
    }

    private static string Summary(History history, Nemesis nemesis) => string.Create(CultureInfo.InvariantCulture, $"""
        {nemesis.BrokerKills} kills of the broker, {nemesis.BoxKills} of the box in {history.Now.TotalSeconds:F0} s:
        {history.Requests.Count} requests ({Count(history.Requests.Select(request => request.Code ?? "none"))}), {history.Requests.Count(request => request.Attempts > 1)} of them sent again, {history.Done.Count} lines in the logbook;
        {history.Pushes.Count} pushes ({Count(history.Pushes.Select(push => push.State ?? "none"))}); {history.Claims.Count} times a lock was held; {history.RetainedAfter.Count} retained documents.
        """);

    private static string Count(IEnumerable<string> words) => string.Join(", ", words.GroupBy(word => word).OrderByDescending(group => group.Count()).Select(group => $"{group.Key} {group.Count()}"));

    private static void Tell(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
