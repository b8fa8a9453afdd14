using System.Diagnostics;

namespace Qmi.Edge.Runtime.Tests;

/// <summary>Whatever one task or one caller does, the slots of another loop are all accounted for, its calls are answered, and the box is well.</summary>
[Collection(nameof(Neighbourhood))]
public class NeighbourTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    [Fact]
    [Trait("rule", "HEALTH-1")]
    [Trait("rule", "LOOP-4")]
    public async Task Beside_a_task_that_allocates_100_megabytes_a_second_no_slot_is_lost()
    {
        const int Bytes = 1_000_000;
        await using var given = new GivenBox(TimeProvider.System, isQuiet: true);
        var account = new SlotAccount(given, Period);
        var reference = Measure(account, () => Thread.Sleep(Window));
        var collections = GC.CollectionCount(0);

        var kept = new byte[100][];
        var allocating = given.Loop(
            new LoopScript
            {
                Period = Period,
                Policy = MissedLoopPolicy.Skip,
                Iterate = self =>
                {
                    for (var index = 0; index < kept.Length; index++)
                        kept[index] = new byte[Bytes / kept.Length];
                },
            },
            "allocating");
        allocating.Start();
        var beside = Measure(account, () => Thread.Sleep(Window));

        Assert.True(GC.CollectionCount(0) > collections, "The collector has not run.");
        AssertWell(given, account, reference, beside);
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task A_miss_while_the_collector_pauses_all_for_what_a_neighbour_keeps_is_told_as_such()
    {
        const int Kept = 3_000_000, Collections = 8;
        await using var given = new GivenBox(TimeProvider.System, isQuiet: true);
        var account = new SlotAccount(given, Period);
        var before = account.Statistics;

        // So much to look at that a pause takes several periods.
        var kept = Enumerable.Range(0, Kept).Select(_ => new object[1]).ToArray();
        var longPauses = 0;
        for (var collection = 0; collection < Collections; collection++)
        {
            var paused = GC.GetTotalPauseDuration();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
            longPauses += GC.GetTotalPauseDuration() - paused > 2 * Period ? 1 : 0;
            Thread.Sleep(5 * Period);
        }

        GC.KeepAlive(kept);
        account.AssertHolds();
        var after = account.Statistics;
        Assert.True(longPauses > Collections / 2, $"Only {longPauses} of {Collections} pauses were long enough.");
        Assert.InRange(after.MissesWithCollection - before.MissesWithCollection, longPauses, after.Misses - before.Misses);
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    [Trait("rule", "LOOP-4")]
    public async Task Beside_a_task_that_spins_no_slot_is_lost()
    {
        await using var given = new GivenBox(TimeProvider.System, isQuiet: true);
        var account = new SlotAccount(given, Period);
        var reference = Measure(account, () => Thread.Sleep(Window));

        var spinning = given.Task(
            self =>
            {
                while (!self.StopRequested)
                    Thread.SpinWait(1000);
            },
            "spinning");
        spinning.Start();
        var beside = Measure(account, () => Thread.Sleep(Window));

        AssertWell(given, account, reference, beside);
        // It never waits, and a stop ends it all the same.
        spinning.Stop();
        await spinning.JoinAsync().WaitAsync(GivenBox.Patience);
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    [Trait("rule", "LOOP-4")]
    [Trait("rule", "RPC-2")]
    public async Task A_thousand_callers_at_once_are_all_answered_and_no_slot_is_lost()
    {
        const int Callers = 1000;
        await using var given = new GivenBox(TimeProvider.System, isQuiet: true);
        var account = new SlotAccount(given, Period);
        var reference = Measure(account, () => Thread.Sleep(Window));

        var answered = 0;
        var beside = Measure(account, () =>
        {
            var watch = Stopwatch.StartNew();
            while (watch.Elapsed < Window)
            {
                var asking = Enumerable.Range(0, Callers).Select(number => Task.Run(async () =>
                {
                    var reply = await CallTests.Ask(given, "watched", "get_status", RpcAccess.Read, caller: new Caller($"caller-{number}"));
                    Assert.Null(reply.Error);
                    Interlocked.Increment(ref answered);
                }));
                Assert.True(Task.WaitAll([.. asking], (int)GivenBox.Patience.TotalMilliseconds), "Somebody was not answered.");
            }
        });

        Assert.True(answered >= Callers && answered % Callers == 0);
        AssertWell(given, account, reference, beside);
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    [Trait("rule", "LOOP-4")]
    public async Task With_a_full_disk_no_slot_is_lost_and_whoever_pushes_settings_is_told()
    {
        var disk = new CrashingDisk();
        await using var given = new GivenBox(TimeProvider.System, isQuiet: true, state: disk);
        var account = new SlotAccount(given, Period);
        var reference = Measure(account, () => Thread.Sleep(Window));

        disk.IsFull = true;
        var beside = Measure(account, () =>
        {
            var watch = Stopwatch.StartNew();
            while (watch.Elapsed < Window)
            {
                var refused = Assert.ThrowsAsync<QmiException>(() => given.Box.Alias.RenameAsync("other"));
                Assert.True(refused.Wait(GivenBox.Patience), "Nobody was told.");
                Assert.Equal(ErrorCode.Busy, refused.Result.Code);
            }
        });

        AssertWell(given, account, reference, beside);
        disk.IsFull = false;
        await given.Box.Alias.RenameAsync("other").WaitAsync(GivenBox.Patience);
        Assert.Equal("other", given.Box.Alias.Name);
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    [Trait("rule", "LOOP-1")]
    public async Task A_wall_clock_that_is_stepped_by_an_hour_moves_no_slot_and_makes_nobody_unwell()
    {
        const int Turns = 3_000;
        await using var given = new GivenBox();
        var loop = given.Loop(new LoopScript { Period = Period, Policy = MissedLoopPolicy.Skip });
        loop.Start();

        for (var turn = 0; turn < Turns; turn++)
        {
            if (turn is Turns / 3 or Turns * 2 / 3)
                given.Time.StepWallClock(TimeSpan.FromHours(turn == Turns / 3 ? 1 : -1));
            given.Time.AdvanceParked(Period);
        }

        given.Time.WaitUntilParked();
        var statistics = loop.GetLoopStatistics()!.Value;
        Assert.Equal((Turns + 1L, 0L, 0L, 0L), (statistics.Turns, statistics.Skipped, statistics.Misses, statistics.Gaps));
        Assert.Empty(given.Box.UnwellTasks);
    }

    private static (long Slots, long Misses) Measure(SlotAccount account, Action during)
    {
        var before = account.Statistics;
        during();
        var after = account.Statistics;
        return (after.Turns + after.Skipped - before.Turns - before.Skipped, after.Misses - before.Misses);
    }

    private static void AssertWell(GivenBox given, SlotAccount account, (long Slots, long Misses) reference, (long Slots, long Misses) beside)
    {
        account.AssertHolds();
        Assert.True(beside.Slots >= reference.Slots / 2, $"{beside.Slots} slots beside the neighbour, {reference.Slots} without.");
        Assert.True(beside.Misses <= beside.Slots);
        Assert.Empty(given.Box.UnwellTasks);
        Assert.DoesNotContain(given.Box.Alarms.Raised, alarm => alarm.Id.StartsWith("hung-", StringComparison.Ordinal) || alarm.Id.StartsWith("task-", StringComparison.Ordinal));
        Assert.True(given.Box.GetProxy<TestTaskProxy>("watched").IsRunning());
    }
}

/// <summary>They disturb on purpose: no other tests may run beside them.</summary>
[CollectionDefinition(nameof(Neighbourhood), DisableParallelization = true)]
public sealed class Neighbourhood;
