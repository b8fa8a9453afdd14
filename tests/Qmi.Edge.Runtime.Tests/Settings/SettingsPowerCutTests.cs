namespace Qmi.Edge.Runtime.Tests;

/// <summary>The power is cut at every single operation on the disk, and of what was not flushed something else survives every time.</summary>
public class SettingsPowerCutTests
{
    private const int Survivors = 4;

    [Fact]
    [Trait("rule", "SET-2")]
    [Trait("rule", "SET-5")]
    [Trait("rule", "MQTT-3.13")]
    public async Task After_a_power_cut_at_any_operation_the_box_has_what_it_told_or_the_next()
    {
        var operations = await RunAsync(failsAt: null, seed: 0);
        Assert.True(operations > 80, $"The series has only {operations} operations.");

        for (var failsAt = 0; failsAt < operations; failsAt++)
        {
            for (var seed = 0; seed < Survivors; seed++)
                await RunAsync(failsAt, seed);
        }
    }

    private static async Task<int> RunAsync(int? failsAt, int seed)
    {
        await using var given = new GivenRestarts(seed)
        {
            Script = new LoopScript
            {
                ProcessNewSettings = self => ThrowAt(self, 66, "the gear refuses"),
                Iterate = self => ThrowAt(self, 77, "the belt tore"),
            },
        };
        given.Disk.FailsAt = failsAt;
        var told = new WhatWasTold(given);
        foreach (var step in Series)
        {
            if (given.Disk.Operations > failsAt)
                break;
            step(given);
            // A box that had no power from its first breath tells nobody anything.
            if (given.Disk.IsOff && step == Series[0])
                break;
            told.Look();
        }

        var operations = given.Disk.Operations;
        await given.CutAsync();
        given.Boot();
        told.AssertKept($"cut at operation {failsAt} of {operations}, survivors {seed}");
        return operations;
    }

    private static readonly Action<GivenRestarts>[] Series =
    [
        given => given.Boot(),
        given => Push(given, "alice", """{"values":{"rate":11,"name":"r11"}}"""),
        given => given.Turn(),
        given => Push(given, "bob", """{"base_rev":1,"values":{"rate":12,"name":"r12"}}"""),
        given => Push(given, "alice", """{"values":{"rate":13,"name":"r13"}}"""),
        given => given.Turn(),
        given => Push(given, "carol", """{"values":{"rate":66,"name":"r66"}}"""),
        given => given.Turn(),
        given => Push(given, "bob", """{"confirm_ms":5000,"values":{"rate":14,"name":"r14"}}"""),
        given => given.Turn(),
        given => Confirm(given),
        given => Push(given, "dave", """{"confirm_ms":1500,"values":{"rate":15,"name":"r15"}}"""),
        given => given.Turn(),
        given => given.Turn(),
        given => given.Turn(),
        given => Push(given, "alice", """{"apply":"next_start","values":{"rate":16,"name":"r16"}}"""),
        given => given.Restart(),
        given => Push(given, "eve", """{"values":{"rate":77,"name":"r77"}}"""),
        given => given.Turn(),
        given => given.Restart(),
        given => given.Restart(),
        given => given.Restart(),
        given => Push(given, "alice", """{"expires":"2026-01-01T02:00:00Z","values":{"rate":17,"name":"r17"}}"""),
        given => given.Time.Advance(TimeSpan.FromMilliseconds(1)),
        given => given.Turn(),
    ];

    private static void Push(GivenRestarts given, string caller, string json)
    {
        given.Push(json, caller, $"{caller}-{given.Task.HeadRevision}");
        given.Settle();
    }

    private static void Confirm(GivenRestarts given)
    {
        var revision = given.Task.Settings.Slot.Reported!.Revision;
        var error = Record.Exception(() => given.Task.ConfirmSettingsAsync(revision).WaitAsync(GivenBox.Patience).GetAwaiter().GetResult());
        Assert.True(error is null or QmiException { Code: ErrorCode.Busy }, error?.ToString());
    }

    private static void ThrowAt(ScriptedLoop loop, double rate, string message)
    {
        if (loop.Settings.Rate == rate)
            throw new InvalidOperationException(message);
    }
}

/// <summary>What others have seen of a task's settings, and whether a box that comes back keeps it.</summary>
internal sealed class WhatWasTold(GivenRestarts given)
{
    private readonly Dictionary<long, TestSettings> _values = [];
    private long _newestSeen;

    /// <summary>The newest push whose values were on the way, for the values of its revision.</summary>
    public void Look()
    {
        if (given.Task.Settings.Slot.Waiting is { } waiting)
            Note(waiting.Entry);
        if (given.Task.Settings.Slot.Reported is { } reported)
            Note(reported);
        _newestSeen = Math.Max(_newestSeen, given.Task.HeadRevision);
        foreach (var ack in given.Acks)
            _newestSeen = Math.Max(_newestSeen, ack.Revision ?? 0);
    }

    public void AssertKept(string when)
    {
        var state = given.Task.Settings.Shown;
        var reported = state.Reported!;
        Assert.True(given.Box.Alarms.Find("settings-recovered-loop") is null, $"{when}: something was damaged");
        Assert.True(IsWhole(reported.Value), $"{when}: {reported.Value} is not whole");
        Assert.True(state.Pending is null || IsWhole(state.Pending.Value), $"{when}: {state.Pending?.Value}, which waits, is not whole");
        Assert.True(state.Head >= _newestSeen, $"{when}: revision {_newestSeen} was seen, and {state.Head} is the newest now");
        Assert.True(state.Pending is null || state.Pending.Revision > reported.Revision, $"{when}: what waits is older than what is in effect");
        if (_values.TryGetValue(reported.Revision, out var values))
            Assert.True(values == reported.Value, $"{when}: revision {reported.Revision} was {values}, and is {reported.Value}");
        foreach (var last in given.Acks.Where(ack => ack.Revision is not null).GroupBy(ack => ack.Revision).Select(acks => acks.Last()))
            AssertKept(last, state, when);
        var next = given.Accept("""{"values":{"rate":40,"name":"next"}}""", "frank");
        Assert.True(next.Revision > _newestSeen, $"{when}: revision {next.Revision} is given again");
        // What was in effect may have made the task fail.
        if (given.Task.IsRunning)
            given.Turn();
        else
            given.Restart();
        Assert.True(given.Task.GetSettings().Rate == 40, $"{when}: it does not go on");
    }

    private static void AssertKept(SettingsAck told, SettingsState<TestSettings> state, string when)
    {
        var isReplaced = state.Reported!.Revision > told.Revision || state.Pending?.Revision > told.Revision;
        var isThere = told.State switch
        {
            SettingsAckState.Applied => state.Reported.Revision == told.Revision || state.Reported.Revision > told.Revision,
            SettingsAckState.Pending => state.Reported.Revision == told.Revision || state.Pending?.Revision == told.Revision || isReplaced || state.Acks.Find(told.Caller) is { State: SettingsAckState.Failed or SettingsAckState.Expired or SettingsAckState.Superseded },
            SettingsAckState.RolledBack or SettingsAckState.Superseded or SettingsAckState.Failed or SettingsAckState.Expired => state.Pending?.Revision != told.Revision && state.Reported.Revision != told.Revision,
            _ => true,
        };
        Assert.True(isThere, $"{when}: {told.Caller} was told that revision {told.Revision} is {told.State}; in effect is {state.Reported.Revision}, {state.Pending?.Revision.ToString() ?? "nothing"} waits");
        // The caller's own newest answer is at least as far as what it was told.
        var known = state.Acks.Find(told.Caller)!;
        Assert.True(known.Revision > told.Revision || known.State == told.State || told.State is SettingsAckState.Pending || (told.State == SettingsAckState.Applied && known.State == SettingsAckState.RolledBack), $"{when}: {told.Caller} was told {told.State}, and is told {known.State} now");
    }

    // Every push of the series names both members, and they name each other.
    private static bool IsWhole(TestSettings settings) => settings == new TestSettings() || settings.Name == $"r{settings.Rate}";

    private void Note(SettingsEntry<TestSettings> entry) => _values[entry.Revision] = entry.Value;
}
