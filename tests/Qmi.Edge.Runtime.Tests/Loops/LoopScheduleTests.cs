namespace Qmi.Edge.Runtime.Tests;

public class LoopScheduleTests
{
    private const long P = 10 * MonotonicTime.Millisecond;
    private static readonly TimeSpan Period = MonotonicTime.FromNanoseconds(P);

    [Theory]
    [Trait("rule", "LOOP-7")]
    [InlineData(MissedLoopPolicy.Immediate, new double[] { 0, 1, 4.5, 5.5, 6.5 })]
    [InlineData(MissedLoopPolicy.Skip, new double[] { 0, 1, 5, 6, 7 })]
    [InlineData(MissedLoopPolicy.CatchUp, new double[] { 0, 1, 4.5, 4.6, 4.7, 5, 6 })]
    [InlineData(MissedLoopPolicy.Terminate, new double[] { 0, 1 })]
    public void Turns_start_where_the_table_says_after_one_long_turn(MissedLoopPolicy policy, double[] expected) =>
        Assert.Equal(expected, Starts(policy, expected.Length, slot => slot == 1 ? 3.5 : 0.1));

    [Theory]
    [Trait("rule", "LOOP-7")]
    [InlineData(MissedLoopPolicy.Immediate, new double[] { 0, 1.1, 2.2, 3.3 })]
    [InlineData(MissedLoopPolicy.Skip, new double[] { 0, 2, 4, 6 })]
    public void Turns_start_where_the_table_says_when_every_turn_is_too_long(MissedLoopPolicy policy, double[] expected) =>
        Assert.Equal(expected, Starts(policy, expected.Length, _ => 1.1));

    [Fact]
    [Trait("rule", "LOOP-2")]
    public void A_turn_that_ends_exactly_at_its_deadline_has_missed_it()
    {
        var schedule = new LoopSchedule(0, Period, MissedLoopPolicy.Skip);

        Assert.Equal(LoopStep.Missed, schedule.EndTurn(P));
        Assert.Equal(P, schedule.NextStart);
        Assert.Equal(0, schedule.Skipped);
    }

    [Fact]
    [Trait("rule", "LOOP-2")]
    public void A_turn_that_ends_just_before_its_deadline_has_kept_it_however_late_it_began()
    {
        var schedule = new LoopSchedule(0, Period, MissedLoopPolicy.Skip);

        Assert.Equal(LoopStep.Wait, schedule.EndTurn(P - 1));
        Assert.Equal(P, schedule.NextStart);
    }

    [Fact]
    [Trait("rule", "LOOP-6")]
    public void Catching_up_ends_after_its_burst_and_jumps_to_the_grid()
    {
        var schedule = new LoopSchedule(0, Period, MissedLoopPolicy.CatchUp);
        var now = 20 * P + 1;
        for (var burst = 0; burst < LoopSchedule.MaxBurst; burst++)
            Assert.Equal(LoopStep.Missed, schedule.EndTurn(now));
        Assert.Equal(LoopSchedule.MaxBurst, schedule.CaughtUp);

        schedule.EndTurn(now);

        Assert.Equal(21 * P, schedule.NextStart);
        Assert.Equal(21 - 1 - LoopSchedule.MaxBurst, schedule.Skipped);
    }

    [Theory]
    [Trait("rule", "LOOP-4")]
    [InlineData(MissedLoopPolicy.Skip)]
    [InlineData(MissedLoopPolicy.CatchUp)]
    public void On_the_old_grid_every_slot_is_either_run_or_skipped(MissedLoopPolicy policy)
    {
        var random = new Random(4);
        for (var run = 0; run < 200; run++)
        {
            var schedule = new LoopSchedule(0, Period, policy);
            var (now, turns) = (0L, 0L);
            for (var turn = 0; turn < 200; turn++)
            {
                now = Math.Max(now, schedule.NextStart) + (long)(P * (random.Next(10) == 0 ? 9 * random.NextDouble() : random.NextDouble()));
                turns++;
                schedule.EndTurn(now);
                Assert.Equal(schedule.NextStart / P, turns + schedule.Skipped);
            }
        }
    }

    [Fact]
    [Trait("rule", "LOOP-12")]
    public void A_gap_starts_the_grid_anew_and_skips_nothing()
    {
        var schedule = new LoopSchedule(0, Period, MissedLoopPolicy.Skip);
        var afterSuspend = 3600 * MonotonicTime.Second;

        Assert.Equal(LoopStep.Gap, schedule.EndTurn(afterSuspend));

        Assert.Equal(afterSuspend, schedule.NextStart);
        Assert.Equal(0, schedule.Skipped);
    }

    [Fact]
    [Trait("rule", "LOOP-12")]
    public void Time_lost_while_waiting_is_a_gap_only_beyond_its_threshold()
    {
        var schedule = new LoopSchedule(0, Period, MissedLoopPolicy.Skip);

        Assert.False(schedule.RestartIfGap(5 * MonotonicTime.Second));
        Assert.True(schedule.RestartIfGap(5 * MonotonicTime.Second + 1));
    }

    [Fact]
    [Trait("rule", "LOOP-10")]
    public void A_new_period_begins_where_the_next_slot_of_the_old_one_is_due()
    {
        var schedule = new LoopSchedule(0, Period, MissedLoopPolicy.Skip);
        schedule.EndTurn(P / 2);

        schedule.Change(3 * Period, MissedLoopPolicy.Skip);
        Assert.Equal(P, schedule.NextStart);

        schedule.EndTurn(P + 1);
        Assert.Equal(4 * P, schedule.NextStart);
    }

    [Theory]
    [Trait("rule", "LOOP-10")]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(99)]
    public void A_period_below_100_microseconds_is_refused(int microseconds)
    {
        var error = Assert.Throws<QmiException>(() => LoopSchedule.ThrowIfInvalid(TimeSpan.FromMicroseconds(microseconds), MissedLoopPolicy.Skip));

        Assert.Equal(ErrorCode.BadArgs, error.Code);
        Assert.Contains("0.1 ms", error.Message);
    }

    private static double[] Starts(MissedLoopPolicy policy, int count, Func<long, double> workOfSlot)
    {
        var schedule = new LoopSchedule(0, Period, policy);
        var starts = new List<double>();
        var (now, slot) = (0L, 0L);
        while (starts.Count < count)
        {
            now = Math.Max(now, schedule.NextStart);
            starts.Add(Math.Round((double)now / P, 6));
            now += (long)(workOfSlot(slot++) * P);
            if (schedule.EndTurn(now) == LoopStep.Terminate)
                break;
        }

        return [.. starts];
    }
}
