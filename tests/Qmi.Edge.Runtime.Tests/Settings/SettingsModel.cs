namespace Qmi.Edge.Runtime.Tests;

/// <summary>
/// What a task's settings should be, said a second time and simply: two members, no disk, no threads, one thing after another. A rate of 66 is
/// refused by the task, with 77 it fails in every turn. All that happens lies within the minute that settings need to prove themselves.
/// </summary>
internal sealed record SettingsModel
{
    public const double Refused = 66;
    public const double Deadly = 77;

    public long Head { get; init; }

    public Entry Reported { get; init; } = new(0, new TestSettings(), "_local");

    public Entry? Pending { get; init; }

    public bool IsRunning { get; init; }

    public double Now { get; init; }

    public Dictionary<string, (long Revision, SettingsAckState State)> Acks { get; init; } = [];

    /// <summary>How often the task has failed with what is in effect; null when that is on nobody's trial.</summary>
    public int? Failures => Trial?.Failures;

    // What each revision set, as long as it may still be in effect.
    private List<(long Revision, string[] Paths)> History { get; init; } = [];

    private List<(long Revision, string By, TestSettings Before, string[] Paths, double Deadline)> Unconfirmed { get; init; } = [];

    private (Entry Proven, Entry Before, int Failures)? Trial { get; init; }

    /// <summary>Settings, and under which conditions they were pushed.</summary>
    public sealed record Entry(long Revision, TestSettings Values, string By, bool AtNextStart = false, double? Confirm = null)
    {
        public (long Revision, string By)[] Undoes { get; init; } = [];

        public bool IsPlain => !AtNextStart && Confirm is null;
    }

    /// <summary>Pushes; null = a conflict.</summary>
    public SettingsModel? Push(string by, double? rate, string? name, long? baseRevision, bool rebase, bool atNextStart, double? confirm)
    {
        string[] asked = [.. rate is null ? [] : (string[])["/rate"], .. name is null ? [] : (string[])["/name"]];
        if (baseRevision is { } expected && expected != Head)
        {
            var changed = History.Where(change => change.Revision > expected).SelectMany(change => change.Paths);
            if (!rebase || expected > Head || changed.Intersect(asked).Any())
                return null;
        }

        var newest = Newest;
        var values = newest with { Rate = rate ?? newest.Rate, Name = name ?? newest.Name };
        return Accept(new Entry(Head + 1, values, by, atNextStart, confirm), [.. asked.Union(Differences(newest, values))]);
    }

    /// <summary>Half a period passes, in which the loop has no turn.</summary>
    public IEnumerable<SettingsModel> Wait()
    {
        var state = this with { Now = Now + 0.5 };
        yield return state;
        while (state.Unconfirmed.Where(waiting => waiting.Deadline <= state.Now).OrderByDescending(waiting => waiting.Revision).FirstOrDefault() is { Revision: > 0 } late)
        {
            state = state.TakeBack(late, isDirect: !state.IsRunning);
            yield return state;
        }
    }

    /// <summary>The loop has a turn.</summary>
    public IEnumerable<SettingsModel> Turn()
    {
        var state = this;
        if (!IsRunning)
            yield break;
        if (state.Pending is { AtNextStart: false } taken)
        {
            state = taken.Values.Rate == Refused ? state.Refuse(taken) : state.Adopt(taken);
            yield return state;
        }

        if (state.Reported.Values.Rate == Deadly)
            yield return state.Fail();
    }

    /// <summary>The task is started anew, and has its first turn.</summary>
    public IEnumerable<SettingsModel> Start()
    {
        var state = this with { IsRunning = true };
        yield return state;
        if (state.Pending is { AtNextStart: true } taken)
        {
            state = state.Adopt(taken);
            yield return state;
        }

        foreach (var next in state.Turn())
            yield return next;
    }

    /// <summary>The box goes and comes again; the task is not started yet.</summary>
    public SettingsModel Boot() =>
        Unconfirmed.OrderByDescending(waiting => waiting.Revision).Aggregate(this with { IsRunning = false }, (state, waiting) => state.TakeBack(waiting, isDirect: true));

    /// <summary>Confirms; null = there is nothing to confirm.</summary>
    public SettingsModel? Confirm(long revision) => Unconfirmed.Exists(waiting => waiting.Revision == revision) || Reported.Revision == revision
        ? this with { Unconfirmed = [.. Unconfirmed.Where(waiting => waiting.Revision != revision)] }
        : null;

    private TestSettings Newest => Pending is { IsPlain: true } ? Pending.Values : Reported.Values;

    private SettingsModel Accept(Entry entry, string[] paths)
    {
        var state = this;
        if (Pending is { } before)
        {
            state = state.Tell(before, SettingsAckState.Superseded);
            if (!before.IsPlain)
                state = state.Forget(before.Revision);
            entry = entry with { Undoes = [.. entry.Undoes, .. before.Undoes] };
        }

        return (state with { Head = entry.Revision, Pending = entry, History = [.. state.History, (entry.Revision, paths)] }).Tell(entry, SettingsAckState.Pending);
    }

    private SettingsModel Refuse(Entry taken) => (this with { Pending = null }).Forget(taken.Revision).Tell(taken, SettingsAckState.Failed);

    private SettingsModel Adopt(Entry taken)
    {
        var state = this with
        {
            Reported = taken,
            Pending = null,
            Trial = Trial switch
            {
                null => (Reported, Reported, 0),
                { Failures: > 0 } failed => failed with { Failures = 0 },
                { } trial => trial with { Before = Reported },
            },
        };
        if (taken.Undoes.Length > 0)
            state = state with { Trial = AfterTakingBack(taken.Undoes) };
        if (taken.Confirm is { } within)
            state = state with { Unconfirmed = [.. Unconfirmed, (taken.Revision, taken.By, Reported.Values, Differences(Reported.Values, taken.Values), Now + within)] };
        state = state.Tell(taken, SettingsAckState.Applied);
        return taken.Undoes.Aggregate(state, (all, undone) => all.Tell(undone.By, undone.Revision, SettingsAckState.RolledBack));
    }

    private SettingsModel Fail()
    {
        var state = this with { IsRunning = false };
        if (Trial is not { } trial)
            return state;
        if (trial.Failures + 1 < 3)
            return state with { Trial = trial with { Failures = trial.Failures + 1 } };
        var undone = Acks.Where(ack => ack.Value.State == SettingsAckState.Applied && ack.Value.Revision > trial.Before.Revision).Select(ack => (ack.Value.Revision, ack.Key)).ToArray();
        // What waits was laid over what failed: it goes with it.
        var alone = Pending is { } pending ? state.Forget(pending.Revision) : state;
        state = alone.PutInEffect(new Entry(Head + 1, trial.Before.Values, "_rollback"), Reported.Values, undone) with
        {
            Trial = trial.Before == trial.Proven ? null : (trial.Proven, trial.Proven, 0),
            Unconfirmed = [.. Unconfirmed.Where(waiting => waiting.Revision <= trial.Before.Revision)],
        };
        return state;
    }

    private SettingsModel TakeBack((long Revision, string By, TestSettings Before, string[] Paths, double Deadline) late, bool isDirect)
    {
        var setSince = History.Where(change => change.Revision > late.Revision).SelectMany(change => change.Paths).ToArray();
        var paths = late.Paths.Except(setSince).ToArray();
        var values = Newest with { Rate = paths.Contains("/rate") ? late.Before.Rate : Newest.Rate, Name = paths.Contains("/name") ? late.Before.Name : Newest.Name };
        var state = this with { Unconfirmed = [.. Unconfirmed.Where(waiting => waiting.Revision != late.Revision)] };
        var undone = (late.Revision, late.By);
        return isDirect
            ? state.PutInEffect(new Entry(Head + 1, values, "_rollback"), Newest, [undone]) with { Trial = AfterTakingBack([undone]) }
            : state.Accept(new Entry(Head + 1, values, "_rollback") { Undoes = [undone] }, Differences(Newest, values));
    }

    private (Entry, Entry, int)? AfterTakingBack((long Revision, string By)[] undone) =>
        Trial is { } trial && undone.All(one => one.Revision > trial.Proven.Revision)
            ? (trial.Proven, undone.All(one => one.Revision > trial.Before.Revision) ? trial.Before : trial.Proven, 0)
            : null;

    private SettingsModel PutInEffect(Entry entry, TestSettings insteadOf, (long Revision, string By)[] undone)
    {
        var state = Pending is { } pending ? Tell(pending, SettingsAckState.Superseded) : this;
        if (Pending is { IsPlain: false })
            state = state.Forget(Pending.Revision);
        state = state with { Head = entry.Revision, Reported = entry, Pending = null, History = [.. state.History, (entry.Revision, Differences(insteadOf, entry.Values))] };
        return undone.Aggregate(state, (all, one) => all.Tell(one.By, one.Revision, SettingsAckState.RolledBack));
    }

    private SettingsModel Forget(long revision) => this with { History = [.. History.Where(change => change.Revision != revision)] };

    private SettingsModel Tell(Entry entry, SettingsAckState state) => Tell(entry.By, entry.Revision, state);

    private SettingsModel Tell(string by, long revision, SettingsAckState state)
    {
        if (by.StartsWith('_') || (Acks.TryGetValue(by, out var known) && known.Revision > revision))
            return this;
        return this with { Acks = new Dictionary<string, (long, SettingsAckState)>(Acks) { [by] = (revision, state) } };
    }

    private static string[] Differences(TestSettings left, TestSettings right) =>
        [.. left.Rate == right.Rate ? [] : (string[])["/rate"], .. left.Name == right.Name ? [] : (string[])["/name"]];
}
