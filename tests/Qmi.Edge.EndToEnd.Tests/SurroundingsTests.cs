using System.Text.Json;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>The native box of the contract in surroundings that misbehave: every slot of its loops is a turn or is counted as skipped, and the box is well afterwards.</summary>
public class SurroundingsTests
{
    private const double PeriodSeconds = 0.001;

    // A turn may run, or be late, when the counters are asked for: its slots are counted when it has ended.
    private const double LatestTurn = 0.1 / PeriodSeconds;

    private const string Stage = "qmi/v1/box/box07/task/stage";

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    [Fact]
    [Trait("rule", "HEALTH-1")]
    [Trait("rule", "LOOP-4")]
    public void A_box_that_stood_still_for_three_seconds_accounts_for_all_of_them_and_is_well()
    {
        using var given = new GivenStage();
        var reference = Measure(given, () => Thread.Sleep(Window));

        var stopped = Measure(given, () =>
        {
            given.Box.Pause();
            Thread.Sleep(Window);
            given.Box.Continue();
        });

        AssertAllSlots(reference);
        AssertAllSlots(stopped);
        // What it did not do is counted as such, and as one lateness: three seconds are no gap for a loop, that begins at five.
        Assert.True(stopped.Skipped - reference.Skipped >= Window.TotalSeconds / PeriodSeconds / 2, $"{stopped.Skipped} slots were skipped, {reference.Skipped} in the reference.");
        Assert.True(stopped.Misses > 0);
        Assert.Equal(0, stopped.Gaps);
        AssertWell(given);
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    [Trait("rule", "LOOP-4")]
    public void A_broker_that_is_away_costs_no_slot_and_makes_nobody_unwell()
    {
        using var given = new GivenStage();
        var reference = Measure(given, () => Thread.Sleep(Window));

        var alone = Measure(given, () =>
        {
            given.Broker.Kill();
            Thread.Sleep(Window);
            var from = given.Supervisor.Seen.Count;
            given.Broker.Restart();
            given.Supervisor.WaitFor("qmi/v1/box/box07/state", state => Text(state, "state") == "online", from);
        });

        AssertAllSlots(reference);
        AssertAllSlots(alone);
        Assert.Equal(0, alone.Gaps);
        AssertWell(given);
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    [Trait("rule", "LOOP-4")]
    public void A_full_disk_costs_no_slot_and_whoever_pushes_settings_is_told_until_there_is_room_again()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can mount a small disk for the box.");
        using var disk = new SmallDisk();
        using var given = new GivenStage(disk.Folder);
        var reference = Measure(given, () => Thread.Sleep(Window));

        disk.Fill();
        var full = Measure(given, () =>
        {
            given.Supervisor.Publish($"{Stage}/push/alice", """{"id":"p-1","values":{"rate_hz":20}}""");
            given.Supervisor.WaitFor($"{Stage}/ack/alice", ack => Text(ack, "id") == "p-1" && Text(ack, "state") == "failed" && Text(ack, "code") == "BUSY");
            Thread.Sleep(Window);
        });
        AssertAllSlots(reference);
        AssertAllSlots(full);
        Assert.Equal(10, given.Supervisor.Ask("box07", "get", "alice", "stage", "get_settings").GetProperty("result").GetProperty("rate_hz").GetDouble());

        disk.MakeRoom();
        given.Supervisor.Publish($"{Stage}/push/alice", """{"id":"p-2","values":{"rate_hz":20}}""");
        given.Supervisor.WaitFor($"{Stage}/ack/alice", ack => Text(ack, "id") == "p-2" && Text(ack, "state") == "applied");
        AssertWell(given);
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>What the loop counted, and how many slots there were by the clock of the test: at least and at most.</summary>
    private static Account Measure(GivenStage given, Action during)
    {
        var before = Read(given);
        during();
        var after = Read(given);
        double Slots(long from, long to) => TimeProvider.System.GetElapsedTime(from, to).TotalSeconds / PeriodSeconds;
        return new Account(
            after.Turns - before.Turns, after.Skipped - before.Skipped, after.Misses - before.Misses, after.Gaps - before.Gaps,
            AtLeast: Slots(before.AskedUntil, after.AskedFrom), AtMost: Slots(before.AskedFrom, after.AskedUntil));
    }

    private static (long AskedFrom, long AskedUntil, long Turns, long Skipped, long Misses, long Gaps) Read(GivenStage given)
    {
        var from = TimeProvider.System.GetTimestamp();
        var result = given.Supervisor.Ask("box07", "get", "alice", "encoder", "get_loop_statistics").GetProperty("result");
        long Count(string name) => result.GetProperty(name).GetInt64();
        return (from, TimeProvider.System.GetTimestamp(), Count("turns"), Count("skipped"), Count("misses"), Count("gaps"));
    }

    private static void AssertAllSlots(Account account)
    {
        var slots = account.Turns + account.Skipped;
        Assert.True(slots >= account.AtLeast - LatestTurn && slots <= account.AtMost + LatestTurn, $"{account.Turns} turns and {account.Skipped} skipped slots, where there were {account.AtLeast:F0} to {account.AtMost:F0}.");
    }

    private static void AssertWell(GivenStage given)
    {
        var from = given.Supervisor.Seen.Count;
        var health = given.Supervisor.WaitFor("qmi/v1/box/box07/health", from: from).Json;
        Assert.All(health.GetProperty("tasks").EnumerateObject(), task => Assert.Equal(("running", false), (task.Value.GetProperty("state").GetString(), task.Value.TryGetProperty("hung", out _))));
        Assert.DoesNotContain(given.Supervisor.Seen, seen => seen.Topic.StartsWith("qmi/v1/box/box07/alarm/hung-", StringComparison.Ordinal) && seen.Payload.Length > 0);
    }

    private sealed record Account(long Turns, long Skipped, long Misses, long Gaps, double AtLeast, double AtMost);
}
