using static Qmi.Edge.EndToEnd.Tests.GivenCryo;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>What a supervisor sees of native boxes that die, come back, and are there twice.</summary>
public class PresenceTests
{
    [Fact]
    public void A_box_that_is_killed_is_lost_and_comes_back_as_a_newer_run()
    {
        using var given = new GivenCryo();
        var first = Text(given.Supervisor!.WaitFor(Topic("state"), state => Text(state, "state") == "online").Json, "boot");

        using var killed = given.Box;
        killed.Kill();
        var lost = given.Supervisor.WaitFor(Topic("state"), state => Text(state, "state") == "lost").Json;
        var from = given.Supervisor.Seen.Count;
        given.StartBox();
        var second = Text(given.Supervisor.WaitFor(Topic("state"), state => Text(state, "state") == "online", from).Json, "boot");

        Assert.Equal((first, "1"), (Text(lost, "boot"), Text(lost, "conn")));
        Assert.True(string.CompareOrdinal(first, second) < 0);
    }

    [Fact]
    public void A_second_box_with_the_same_id_is_an_alarm_on_both_and_one_survives()
    {
        using var given = new GivenCryo();
        using var older = given.Box;
        given.StartBox();

        // The older one proves for a period and a half that the newer one lives, then makes itself known.
        older.WaitForLine("Another box with the id cryo was seen that was started later");
        older.WaitForLine("The other box with the id cryo lives");
        var alarm = given.Supervisor!.WaitFor(Topic("alarm/duplicate-box-id")).Json;
        var boot = Text(alarm, "text")!;
        Assert.Equal("DUPLICATE_BOX_ID", Text(alarm, "code"));
        Assert.Contains("started earlier", boot);

        // Whoever answers is the newer one, and only one does.
        var from = given.Supervisor.Seen.Count;
        var reply = given.Ask("get", "_box", "ping");
        Assert.DoesNotContain(Text(reply, "boot")!, boot);
        var health = given.Supervisor.WaitFor(Topic("health"), from: from).Json;
        Assert.Equal(Text(reply, "boot"), Text(health, "boot"));
        Assert.Single(given.Supervisor.Seen, seen => seen.Topic == Topic("reply/alice/_box/ping"));
    }
}
