using System.Buffers;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public class LoopStatisticsTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task A_turn_has_a_lateness_a_duration_and_a_load()
    {
        await using var given = new GivenBox();
        var task = await RunAsync(given, MissedLoopPolicy.CatchUp, self => Period * (self.Turn == 0 ? 1.5 : 0.25), turns: 4);

        var statistics = task.GetLoopStatistics()!.Value;
        Assert.Equal((TimeSpan.Zero, Period * 0.5, Period * 0.125), (statistics.Lateness!.Min, statistics.Lateness.Max, statistics.Lateness.Mean));
        Assert.Equal((Period * 0.25, Period * 1.5, Period * 0.5625), (statistics.Duration!.Min, statistics.Duration.Max, statistics.Duration.Mean));
        Assert.InRange(statistics.Duration.P50, Period * 0.25, Period * 0.25 * 33 / 32);
        Assert.Equal(0.5625, statistics.Load!.Value, 6);
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task The_last_miss_is_known_by_when_and_by_how_much()
    {
        await using var given = new GivenBox();
        var task = await RunAsync(given, MissedLoopPolicy.Skip, self => self.Turn == 2 ? Period * 1.3 : TimeSpan.Zero, turns: 4);

        var statistics = task.GetLoopStatistics()!.Value;
        Assert.Equal((Period * 0.3, given.Time.Epoch + (Period * 3.3)), (statistics.LastMissLateness, statistics.LastMissAt));
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task Before_the_first_turn_nothing_is_claimed()
    {
        await using var given = new GivenBox();

        var statistics = given.Loop(new LoopScript()).GetLoopStatistics()!.Value;

        Assert.Equal((1, given.Time.Epoch, 0L), (statistics.Epoch, statistics.Since, statistics.Turns));
        Assert.Null(statistics.Load);
        Assert.Null(statistics.Lateness);
        Assert.Null(statistics.Duration);
        Assert.Null(statistics.LastMissAt);
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task A_miss_during_which_the_collector_paused_the_loop_is_attributed_to_it()
    {
        await using var given = new GivenBox(isQuiet: true);
        var task = await RunAsync(
            given,
            MissedLoopPolicy.Skip,
            self =>
            {
                if (self.Turn == 1)
                    GC.Collect();
                return Period * 1.5;
            },
            turns: 3);

        // Others in the process may collect as well, so more than the one is possible.
        Assert.InRange(task.GetLoopStatistics()!.Value.MissesWithCollection, 1, 3);
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task A_reset_begins_an_epoch_and_the_turns_are_numbered_on()
    {
        await using var given = new GivenBox();
        var task = given.Loop(new LoopScript { Period = Period, Policy = MissedLoopPolicy.Skip });
        task.Start();
        given.Time.AdvanceParked(Period * 2.5);
        given.Time.WaitUntilParked();

        var ended = task.ResetLoopStatistics(1);
        Assert.Equal((1, 2L), (ended.Epoch, ended.Turns));
        var begun = task.GetLoopStatistics()!.Value;
        Assert.Equal((2, 0L, 0L, Period, given.Time.Epoch + (Period * 2.5)), (begun.Epoch, begun.Turns, begun.Skipped, begun.Period, begun.Since));

        var push = task.SetSettings(new TestSettings { Rate = 5 });
        given.Time.AdvanceParked(Period);
        Assert.Equal(2, (await push.Outcome.WaitAsync(GivenBox.Patience)).Turn);
        given.Time.WaitUntilParked();
        Assert.Equal(1, task.GetLoopStatistics()!.Value.Turns);
        Assert.Equal("reset_loop_statistics", given.Audit.Entries.Last(entry => entry.Action.Contains("statistics")).Action);
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task Of_two_who_reset_an_epoch_one_does()
    {
        await using var given = new GivenBox();
        var task = given.Loop(new LoopScript());
        task.ResetLoopStatistics(1);

        var error = Assert.Throws<QmiException>(() => task.ResetLoopStatistics(1));

        Assert.Equal(ErrorCode.Conflict, error.Code);
        Assert.Contains("in epoch 2, not 1", error.Message);
        Assert.Equal(2, task.GetLoopStatistics()!.Value.Epoch);
        Assert.Equal(ErrorCode.WrongState, Assert.Throws<QmiException>(() => given.Task(_ => { }).ResetLoopStatistics()).Code);
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task A_restart_begins_an_epoch()
    {
        await using var given = new GivenBox();
        var task = await RunAsync(given, MissedLoopPolicy.Skip, _ => TimeSpan.Zero, turns: 3);
        task.ResetLoopStatistics();

        await task.RestartAsync(GivenBox.Patience).WaitAsync(GivenBox.Patience);

        Assert.Equal(3, task.GetLoopStatistics()!.Value.Epoch);
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task A_step_of_the_wall_clock_is_neither_lateness_nor_a_miss_nor_a_gap()
    {
        await using var given = new GivenBox();
        var task = await RunAsync(
            given,
            MissedLoopPolicy.Skip,
            self =>
            {
                given.Time.StepWallClock(TimeSpan.FromHours(self.Turn % 2 == 0 ? 26 : -49));
                return Period * 0.5;
            },
            turns: 20);

        var statistics = task.GetLoopStatistics()!.Value;
        Assert.Equal((20, 0, 0, 0), (statistics.Turns, statistics.Misses, statistics.Gaps, statistics.Skipped));
        Assert.Equal((TimeSpan.Zero, Period * 0.5), (statistics.Lateness!.Max, statistics.Duration!.Max));
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task A_suspended_machine_is_a_gap_and_no_lateness_and_a_short_pause_is_lateness_and_no_gap()
    {
        await using var given = new GivenBox();
        var task = given.Loop(new LoopScript { Period = Period, Policy = MissedLoopPolicy.Skip });
        task.Start();
        given.Time.WaitUntilParked();
        given.Time.Suspend(TimeSpan.FromHours(8));
        given.Time.WaitUntilParked();
        Assert.Equal((1L, TimeSpan.Zero), (task.GetLoopStatistics()!.Value.Gaps, task.GetLoopStatistics()!.Value.Lateness!.Max));

        given.Time.Suspend(Period * 3.5);
        given.Time.WaitUntilParked();

        var statistics = task.GetLoopStatistics()!.Value;
        Assert.Equal((3, 1, 1, 2, Period * 2.5), (statistics.Turns, statistics.Gaps, statistics.Misses, statistics.Skipped, statistics.Lateness!.Max));
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task The_signal_of_misses_comes_at_the_first_the_tenth_and_every_doubling_and_then_that_of_recovery()
    {
        await using var given = new GivenBox();
        var (missed, recovered) = (new SignalReceiver<LoopMiss>(), new SignalReceiver<LoopRecovery>());
        var task = Make(given, MissedLoopPolicy.Immediate, self => self.Turn is < 45 or 1200 ? Period * 1.5 : TimeSpan.Zero, turns: 1300);
        task.LoopMissed.Subscribe(missed);
        task.LoopRecovered.Subscribe(recovered);

        task.Start();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);
        GivenBox.WaitFor(() => missed.Count == 5 && recovered.Count == 1, "all signals are there");

        Assert.Equal(
            [new(0, Period * 0.5, 1), new(9, Period * 0.5, 10), new(19, Period * 0.5, 20), new(39, Period * 0.5, 40), new(1200, Period * 0.5, 1)],
            Take(missed));
        // The 45th miss ended at 675 ms; the first turn that ended 10 s later is told, and the throttle is at its beginning again.
        Assert.Equal([new LoopRecovery(1045, 45, Period * 1.5 * 44)], Take(recovered));
        Assert.Equal(46, task.GetLoopStatistics()!.Value.Misses);
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task A_miss_that_is_told_changes_the_state_document_and_others_do_not()
    {
        await using var given = new GivenBox();
        var observer = new StateObserver();
        given.Box.AddObserver(observer);
        var task = Make(given, MissedLoopPolicy.Immediate, _ => Period * 1.5, turns: 30);
        var before = observer.Changes;

        task.Start();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        // Running, misses 1, 10 and 20, and the end.
        Assert.Equal(5, observer.Changes - before);
        var loop = State(given).GetProperty("loop");
        Assert.Equal((30, "immediate", 30), (loop.GetProperty("misses").GetInt32(), loop.GetProperty("policy").GetString(), loop.GetProperty("turns").GetInt32()));
        Assert.InRange(loop.GetProperty("duration_us").GetProperty("p999").GetDouble(), 15_000, 15_000);
        Assert.False(loop.GetProperty("duration_us").TryGetProperty("buckets", out _));
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task What_is_written_is_read_again()
    {
        await using var given = new GivenBox();
        var random = new Random(1);
        var task = await RunAsync(given, MissedLoopPolicy.CatchUp, _ => TimeSpan.FromTicks(random.Next(300_000)), turns: 500);
        var statistics = task.GetLoopStatistics()!.Value;

        var read = LoopStatisticsDocument.Read(Write(writer => LoopStatisticsDocument.Write(writer, statistics, isWhole: true)))!.Value;

        Assert.Equal(statistics.Lateness!.Buckets, read.Lateness!.Buckets);
        Assert.Equal(statistics.Duration!.Buckets, read.Duration!.Buckets);
        Assert.Equal(statistics.Load!.Value, read.Load!.Value, 3);
        Assert.Equal(Comparable(statistics), Comparable(read));
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task Who_reads_while_the_loop_runs_sees_counters_and_histograms_of_one_turn()
    {
        await using var given = new GivenBox(TimeProvider.System, isQuiet: true);
        var task = given.Loop(new LoopScript { Period = TimeSpan.FromMicroseconds(100), Policy = MissedLoopPolicy.Skip });
        task.Start();
        var last = 0L;
        while (last < 5_000)
        {
            var now = task.GetLoopStatistics()!.Value;
            Assert.True(now.Turns >= last);
            Assert.Equal(now.Turns, now.Lateness?.Buckets.Sum(bucket => bucket.Count) ?? 0);
            Assert.Equal(now.Turns, now.Duration?.Buckets.Sum(bucket => bucket.Count) ?? 0);
            last = now.Turns;
        }
    }

    private static object Comparable(LoopStatistics statistics) => statistics with
    {
        Load = null,
        Lateness = statistics.Lateness! with { Buckets = [] },
        Duration = statistics.Duration! with { Buckets = [] },
        // The wire has microseconds.
        Since = default,
        LastMissAt = null,
    };

    private static TestTaskProxy Make(GivenBox given, MissedLoopPolicy policy, Func<ScriptedLoop, TimeSpan> duration, long turns)
    {
        given.Time.JumpWhenParked = true;
        return given.Loop(new LoopScript
        {
            Period = Period,
            Policy = policy,
            Iterate = self =>
            {
                if (self.Turn == turns)
                    throw new TaskStopException();
                given.Time.Advance(duration(self));
            },
        });
    }

    private static async Task<TestTaskProxy> RunAsync(GivenBox given, MissedLoopPolicy policy, Func<ScriptedLoop, TimeSpan> duration, long turns)
    {
        var task = Make(given, policy, duration, turns);
        task.Start();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);
        return task;
    }

    private static IEnumerable<T> Take<T>(SignalReceiver<T> receiver)
    {
        while (receiver.TryGetNextSignal(out var signal))
            yield return signal.Value;
    }

    private static JsonElement State(GivenBox given) => Write(writer => TaskStateDocument.Write(writer, (QmiTaskRunner)given.Box.FindObject("loop")!));

    private static JsonElement Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        return JsonDocument.Parse(buffer.WrittenMemory).RootElement;
    }

    private sealed class StateObserver : IBoxObserver
    {
        private int _changes;

        public int Changes => Volatile.Read(ref _changes);

        public void OnAdded(RpcObject target)
        {
        }

        public void OnRemoved(RpcObject target)
        {
        }

        public void OnChanged(RpcObject target, ObjectAspect aspect)
        {
            if (aspect == ObjectAspect.State)
                Interlocked.Increment(ref _changes);
        }

        public void OnAlarm(string id)
        {
        }
    }
}
