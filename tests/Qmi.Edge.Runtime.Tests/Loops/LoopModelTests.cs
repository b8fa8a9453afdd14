namespace Qmi.Edge.Runtime.Tests;

/// <summary>Real loop tasks with turns of any length, on a clock that the test turns, against <see cref="LoopModel"/>.</summary>
public class LoopModelTests
{
    private const int TurnsOfRun = 600;

    [Theory]
    [Trait("rule", "LOOP-13")]
    [InlineData(MissedLoopPolicy.Immediate, false)]
    [InlineData(MissedLoopPolicy.Skip, false)]
    [InlineData(MissedLoopPolicy.CatchUp, false)]
    [InlineData(MissedLoopPolicy.Terminate, false)]
    [InlineData(MissedLoopPolicy.Skip, true)]
    [InlineData(MissedLoopPolicy.CatchUp, true)]
    public async Task Turns_and_skipped_slots_add_up_to_the_slots_that_have_passed(MissedLoopPolicy policy, bool changes)
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            await using var given = new GivenBox(isQuiet: true);
            given.Time.JumpWhenParked = true;
            var run = new Run(given, new Random(seed), policy, changes);

            run.Task.Start();
            await run.Task.JoinAsync().WaitAsync(GivenBox.Patience);

            var (statistics, model) = (run.Task.GetLoopStatistics()!.Value, run.Model);
            Assert.Equal(
                (model.Turns, model.Misses, model.Skipped, model.CaughtUp, model.Gaps, model.ConsecutiveMax),
                (statistics.Turns, statistics.Misses, statistics.Skipped, statistics.CaughtUp, statistics.Gaps, statistics.ConsecutiveMissesMax));
            Assert.Equal(model.Slots, statistics.Turns + statistics.Skipped);
            Assert.Equal(run.ExpectedStarts.Take(run.Starts.Count), run.Starts);
            Assert.Equal(run.Durations.Max(), statistics.Duration!.Max);
            Assert.Equal(run.Durations.Min(), statistics.Duration.Min);
            Assert.Equal(statistics.Turns, statistics.Lateness!.Buckets.Sum(bucket => bucket.Count));
            Assert.Equal(model.HasTerminated, run.Task.Life.Reason == StopReason.MissedLoop);
            Assert.True(policy == MissedLoopPolicy.Terminate || (statistics.Misses > 0 && statistics.Gaps > 0), $"Seed {seed} met too little.");
        }
    }

    /// <summary>One run of a loop, which tells the model how each turn ended.</summary>
    private sealed class Run
    {
        private readonly GivenBox _given;
        private readonly Random _random;
        private readonly bool _changes;
        private (TimeSpan Period, MissedLoopPolicy Policy) _now;

        public Run(GivenBox given, Random random, MissedLoopPolicy policy, bool changes)
        {
            (_given, _random, _changes, _now) = (given, random, changes, (TimeSpan.FromMilliseconds(10), policy));
            Model = new LoopModel(given.Time.Now, MonotonicTime.ToNanoseconds(_now.Period), policy);
            ExpectedStarts.Add(given.Time.Now);
            Task = given.Loop(new LoopScript { Period = _now.Period, Policy = policy, Iterate = Turn });
        }

        public TestTaskProxy Task { get; }

        public LoopModel Model { get; }

        public List<long> Starts { get; } = [];

        public List<long> ExpectedStarts { get; } = [];

        public List<TimeSpan> Durations { get; } = [];

        private void Turn(ScriptedLoop self)
        {
            if (self.Turn == TurnsOfRun)
                throw new TaskStopException();
            Starts.Add(_given.Time.Now);
            var duration = Duration();
            Durations.Add(duration);
            _given.Time.Advance(duration);
            var next = Model.Turn(_given.Time.Now);
            if (_changes && _random.Next(20) == 0)
                Change();
            ExpectedStarts.Add(next);
        }

        // Mostly short, exactly a whole number of periods now and then, long ones in rows, and sometimes a suspend.
        private TimeSpan Duration() => _random.Next(100) switch
        {
            0 => TimeSpan.FromSeconds(5.5 + (200 * _random.NextDouble())),
            < 10 => _now.Period * _random.Next(1, 9),
            < 25 => TimeSpan.FromTicks((long)(_now.Period.Ticks * 9 * _random.NextDouble())),
            < 28 => TimeSpan.Zero,
            _ => TimeSpan.FromTicks((long)(_now.Period.Ticks * _random.NextDouble())),
        };

        private void Change()
        {
            _now = (TimeSpan.FromTicks(_random.Next(1_000, 400_000)), _random.Next(3) switch { 0 => MissedLoopPolicy.Immediate, 1 => MissedLoopPolicy.Skip, _ => MissedLoopPolicy.CatchUp });
            Task.ConfigureLoop(_now.Period, _now.Policy);
            Model.Change(MonotonicTime.ToNanoseconds(_now.Period), _now.Policy);
        }
    }
}
