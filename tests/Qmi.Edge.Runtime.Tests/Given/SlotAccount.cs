namespace Qmi.Edge.Runtime.Tests;

/// <summary>
/// Keeps account of a loop beside its own statistics: at each turn, by the clock, in which slot it is and in which one the statistics say it
/// is. With policy skip each slot is a turn or is skipped, so both are the same whatever the neighbours do.
/// </summary>
internal sealed class SlotAccount
{
    // Of so many turns in a row one begins less than a period late, however busy the machine is.
    private const int Newest = 50;

    private readonly TimeProvider _time;
    private readonly long _period;
    private readonly Queue<long> _lateness = new();
    private readonly Lock _gate = new();
    private readonly TestTaskProxy _loop;
    private long _prepared;
    private long? _begun;
    private long _early;
    private long _lateTurns;

    public SlotAccount(GivenBox given, TimeSpan period, string name = "watched")
    {
        (_time, _period) = (given.Box.TimeProvider, MonotonicTime.ToNanoseconds(period));
        _loop = given.Loop(new LoopScript { Period = period, Policy = MissedLoopPolicy.Skip, Prepare = _ => _prepared = _time.GetNanoseconds(), Iterate = _ => Note() }, name);
        _loop.Start();
        GivenBox.WaitFor(() => Statistics.Turns > Newest, $"{Newest} turns of {name}");
    }

    public LoopStatistics Statistics => _loop.GetLoopStatistics()!.Value;

    /// <summary>How many turns began a whole period late: each of them must be a miss.</summary>
    public long LateTurns
    {
        get
        {
            lock (_gate)
                return _lateTurns;
        }
    }

    /// <summary>Waits for as many more turns as are looked at, and asserts that no slot was lost and none was counted twice.</summary>
    public void AssertHolds()
    {
        var turns = Statistics.Turns;
        GivenBox.WaitFor(() => Statistics.Turns > turns + Newest, "more turns");
        lock (_gate)
        {
            // The grid begins between the end of LoopPrepare and the first turn.
            Assert.True(_early == 0, $"{_early} turns began before the slot that was counted: slots are counted twice.");
            Assert.True(_lateness.Min() < _period, $"Of {Newest} turns the most punctual began {_lateness.Min() / 1e6} ms after the slot that was counted: slots are lost.");
        }

        var statistics = Statistics;
        Assert.True(statistics.Skipped >= statistics.Misses, $"{statistics.Misses} misses skipped only {statistics.Skipped} slots.");
        Assert.True(statistics.Misses >= LateTurns - 1, $"{LateTurns} turns began a period late, only {statistics.Misses} misses are counted.");
        Assert.Equal(0, statistics.Gaps);
    }

    private void Note()
    {
        var now = _time.GetNanoseconds();
        var statistics = Statistics;
        lock (_gate)
        {
            var slot = (statistics.Turns + statistics.Skipped) * _period;
            _begun ??= now;
            if (now < _prepared + slot)
                _early++;
            var late = now - _begun.Value - slot;
            if (late >= _period)
                _lateTurns++;
            _lateness.Enqueue(late);
            if (_lateness.Count > Newest)
                _lateness.Dequeue();
        }
    }
}
