namespace Qmi.Edge.Runtime.Tests;

/// <summary>
/// That reading disturbs no loop, in real time: always against the same run without, in short turns with it, because the machine is never
/// the same twice.
/// </summary>
[Collection(nameof(Alone))]
public class LoopReadersTests(ITestOutputHelper output)
{
    private const int Rounds = 6;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task A_thousand_callers_once_a_second_each_and_all_at_once_cause_no_misses()
    {
        await using var given = new GivenBox(TimeProvider.System, isQuiet: true);
        var task = Make(given, "loop");
        await CallAsync(given, "loop", 1_000);
        var (alone, called) = (default(Seen), default(Seen));

        for (var round = 0; round < Rounds; round++)
        {
            alone += await SeeAsync(task, Window, () => Task.Delay(Window));
            called += await SeeAsync(task, Window, () => CallAsync(given, "loop", 1_000));
        }

        Report("alone", alone);
        Report("called", called);
        AssertNoWorse(alone, called);
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task Readers_without_a_pause_disturb_the_loop_that_they_read_no_more_than_another()
    {
        await using var given = new GivenBox(TimeProvider.System, isQuiet: true);
        var task = Make(given, "loop");
        Make(given, "other");
        var (others, own) = (default(Seen), default(Seen));

        for (var round = 0; round < Rounds; round++)
        {
            others += await SeeAsync(task, Window, () => FloodAsync(given, "other"));
            own += await SeeAsync(task, Window, () => FloodAsync(given, "loop"));
        }

        Report("readers of another loop", others);
        Report("readers of this loop", own);
        AssertNoWorse(others, own);
    }

    // Three standard deviations of what is only counted, and a few for a machine that stalls once.
    private static void AssertNoWorse(Seen reference, Seen seen) =>
        Assert.True(seen.Misses <= reference.Misses + (3 * Math.Sqrt(reference.Misses)) + 5, $"{reference.Misses} misses of {reference.Turns} turns without, {seen.Misses} of {seen.Turns} with.");

    private static TestTaskProxy Make(GivenBox given, string name)
    {
        var task = given.Loop(new LoopScript { Period = TimeSpan.FromMilliseconds(10), Policy = MissedLoopPolicy.Skip }, name);
        task.Start();
        return task;
    }

    private static async Task<Seen> SeeAsync(TestTaskProxy task, TimeSpan window, Func<Task> meanwhile)
    {
        task.ResetLoopStatistics();
        await Task.WhenAll(meanwhile(), Task.Delay(window)).WaitAsync(GivenBox.Patience);
        var seen = task.ResetLoopStatistics();
        return new Seen(seen.Turns, seen.Misses + seen.Skipped, seen.Lateness!.Max);
    }

    // Half of them ask all at once, at the beginning, the others spread over the second.
    private static async Task CallAsync(GivenBox given, string name, int callers) => await Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
    {
        await Task.Yield();
        if (caller % 2 == 1)
            await Task.Delay(Window * caller / callers);
        await AskAsync(given, name, caller % 4 < 2 ? "get_status" : "get_loop_statistics");
    }));

    private static Task FloodAsync(GivenBox given, string name)
    {
        var end = TimeProvider.System.GetDeadline(Window);
        return Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(
            () =>
            {
                while (TimeProvider.System.GetNanoseconds() < end)
                    AskAsync(given, name, "get_loop_statistics").GetAwaiter().GetResult();
            },
            TaskCreationOptions.LongRunning)));
    }

    private static async Task AskAsync(GivenBox given, string name, string method)
    {
        var reply = await given.Box.FindObject(name)!.DispatchAsync(new RpcRequest { Caller = Caller.Local, Method = method, Verb = RpcAccess.Read });
        Assert.Null(reply.Error);
    }

    private void Report(string when, Seen seen) => output.WriteLine($"{when}: {seen.Misses} misses and skipped slots, {seen.Turns} turns, latest {seen.LatenessMax.TotalMilliseconds} ms");

    private readonly record struct Seen(long Turns, long Misses, TimeSpan LatenessMax)
    {
        public static Seen operator +(Seen left, Seen right) =>
            new(left.Turns + right.Turns, left.Misses + right.Misses, left.LatenessMax > right.LatenessMax ? left.LatenessMax : right.LatenessMax);
    }
}

/// <summary>Tests that need the machine for themselves.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
