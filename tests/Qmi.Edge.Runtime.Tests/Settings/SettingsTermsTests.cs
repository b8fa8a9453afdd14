namespace Qmi.Edge.Runtime.Tests;

/// <summary>The conditions of a push. None of them needs a disk.</summary>
public class SettingsTermsTests
{
    [Fact]
    [Trait("rule", "SET-2")]
    public async Task A_push_for_another_revision_is_a_conflict_that_names_what_was_set_since()
    {
        await using var given = Given();
        given.Apply("""{"values":{"rate":20}}""");
        given.Apply("""{"values":{"name":"a"}}""", "bob");

        var error = Assert.Throws<QmiException>(() => given.Push("""{"base_rev":0,"values":{"rate":30}}"""));

        Assert.Equal((ErrorCode.Conflict, Executed.No), (error.Code, error.Executed));
        Assert.Equal((2L, 0L), (error.Details["head_rev"], error.Details["base_rev"]));
        Assert.Equal(["/rate", "/name"], (IEnumerable<string>)error.Details["changed_since"]!);
        Assert.Contains("/rate, /name was set", error.Message);
    }

    [Fact]
    public async Task A_revision_that_is_too_old_or_not_given_yet_conflicts_without_a_list()
    {
        await using var given = Given();
        for (var push = 0; push <= RevisionHistory.Capacity; push++)
            given.Apply($$$"""{"values":{"rate":{{{1 + push}}}}}""");

        Assert.Null(Assert.Throws<QmiException>(() => given.Push("""{"base_rev":0,"values":{"rate":3}}""")).Details["changed_since"]);
        Assert.NotNull(Assert.Throws<QmiException>(() => given.Push("""{"base_rev":1,"values":{"rate":3}}""")).Details["changed_since"]);
        Assert.Null(Assert.Throws<QmiException>(() => given.Push("""{"base_rev":1000,"values":{"rate":3}}""")).Details["changed_since"]);
    }

    [Fact]
    public async Task What_came_to_nothing_has_changed_nothing()
    {
        await using var given = Given(new LoopScript { ProcessNewSettings = self => throw new InvalidOperationException("no") });
        given.Apply("""{"values":{"rate":20}}""");

        var error = Assert.Throws<QmiException>(() => given.Push("""{"base_rev":0,"values":{"rate":30}}"""));

        Assert.Empty((IEnumerable<string>)error.Details["changed_since"]!);
    }

    [Theory]
    [InlineData("""{"base_rev":0,"rebase":true,"values":{"name":"a"}}""", true)]
    [InlineData("""{"base_rev":0,"values":{"name":"a"}}""", false)]
    [InlineData("""{"base_rev":0,"rebase":true,"values":{"name":"a","rate":20}}""", false)]
    [InlineData("""{"base_rev":1,"rebase":true,"values":{"rate":30}}""", true)]
    public async Task A_disjoint_merge_may_be_laid_over_what_others_have_set(string push, bool isAccepted)
    {
        await using var given = Given();
        given.Apply("""{"values":{"rate":20}}""", "bob");

        var error = Record.Exception(() => given.Apply(push));

        Assert.Equal(isAccepted, error is null);
        if (isAccepted && push.Contains("name"))
            Assert.Equal(new TestSettings { Rate = 20, Name = "a" }, given.Task.GetSettings());
    }

    [Fact]
    public void A_replacement_cannot_be_rebased()
    {
        var error = Assert.Throws<QmiException>(() => SettingsPushBody.Read(CallTests.Json("""{"base_rev":0,"rebase":true,"mode":"replace","values":{}}""")));

        Assert.Equal((ErrorCode.BadArgs, "/rebase"), (error.Code, Assert.Single(error.Violations).Path));
    }

    [Fact]
    public async Task A_replacement_is_not_laid_over_what_was()
    {
        await using var given = Given();
        given.Apply("""{"values":{"rate":20,"name":"a"}}""");

        given.Apply("""{"mode":"replace","values":{"rate":30,"name":""}}""");

        Assert.Equal(new TestSettings { Rate = 30 }, given.Task.GetSettings());
        Assert.Throws<QmiException>(() => given.Push("""{"mode":"replace","values":{"name":"b"}}"""));
    }

    [Fact]
    public async Task What_is_for_the_next_start_waits_for_it_and_is_there_before_the_loop_is_prepared()
    {
        var prepared = new List<double>();
        await using var given = Given(new LoopScript { Prepare = self => prepared.Add(self.Settings.Rate) });

        var push = given.Accept("""{"apply":"next_start","values":{"rate":20}}""");
        given.Turn();
        given.Turn();
        Assert.Equal((10, 20), (given.Task.GetSettings().Rate, given.Task.GetPendingSettings()!.Rate));
        Assert.Equal("next_start", given.Document().GetProperty("pending").GetProperty("waiting_for").GetString());
        given.Restart();

        Assert.Equal(SettingsResult.Applied, (await push.Outcome.WaitAsync(GivenBox.Patience)).Result);
        Assert.Equal([10, 20], prepared);
    }

    [Fact]
    public async Task Values_with_conditions_go_with_them_when_they_are_superseded()
    {
        await using var given = Given();

        var conditional = given.Accept("""{"apply":"next_start","values":{"rate":20}}""");
        given.Apply("""{"values":{"name":"a"}}""", "bob");

        Assert.Equal(SettingsResult.Superseded, (await conditional.Outcome.WaitAsync(GivenBox.Patience)).Result);
        Assert.Equal(new TestSettings { Name = "a" }, given.Task.GetSettings());
        // Nobody has set /rate, so nobody is told so.
        Assert.Equal(["/name"], given.Task.Settings.ChangedSince(0)!);
    }

    [Fact]
    [Trait("rule", "MQTT-2.10.2")]
    public async Task Without_a_synchronised_clock_no_time_can_be_kept()
    {
        await using var given = Given();
        given.IsClockSynchronised = false;

        Assert.Equal(ErrorCode.NotSynced, Assert.Throws<QmiException>(() => given.Push("""{"expires":"2030-01-01T00:00:00Z","values":{"rate":20}}""")).Code);
    }

    [Theory]
    [InlineData("2026-02-30T00:00:00Z")]
    [InlineData("2026-02-03T00:00:00+01:00")]
    [InlineData("2026-02-03T00:00:00")]
    [InlineData("tomorrow")]
    public void Only_UTC_is_a_time(string expires)
    {
        var error = Assert.Throws<QmiException>(() => SettingsPushBody.Read(CallTests.Json($$$"""{"expires":"{{{expires}}}","values":{}}""")));

        Assert.Equal((ErrorCode.BadArgs, "/expires"), (error.Code, Assert.Single(error.Violations).Path));
    }

    [Fact]
    public async Task What_expires_before_the_task_takes_it_is_never_adopted()
    {
        await using var given = new GivenRestarts { HasDisk = false }.Boot(starts: false);

        Assert.Equal(ErrorCode.Expired, Assert.Throws<QmiException>(() => given.Push("""{"expires":"2025-12-31T00:00:00Z","values":{"rate":20}}""")).Code);
        var push = given.Accept("""{"expires":"2026-01-01T00:00:10Z","values":{"rate":20}}""");
        given.Time.Advance(TimeSpan.FromSeconds(10));
        given.Settle();

        Assert.Equal(SettingsResult.Expired, (await push.Outcome.WaitAsync(GivenBox.Patience)).Result);
        Assert.Null(given.Task.GetPendingSettings());
        given.Start();
        Assert.Equal(10, given.Task.GetSettings().Rate);
        Assert.Equal([SettingsAckState.Pending, SettingsAckState.Expired], given.Acks.Select(ack => ack.State));
        Assert.Equal(ErrorCode.Expired, given.Acks[^1].Error!.Code);
    }

    [Fact]
    public async Task What_expires_by_a_step_of_the_wall_clock_is_not_adopted_either()
    {
        await using var given = new GivenRestarts { HasDisk = false }.Boot();
        var push = given.Accept("""{"expires":"2026-01-01T01:00:00Z","values":{"rate":20}}""");

        given.Time.StepWallClock(TimeSpan.FromHours(1));
        given.Turn();
        given.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(SettingsResult.Expired, (await push.Outcome.WaitAsync(GivenBox.Patience)).Result);
        Assert.Equal(10, given.Task.GetSettings().Rate);
    }

    [Fact]
    public async Task While_the_clock_is_lost_what_expires_waits_for_it()
    {
        await using var given = Given();
        given.IsClockSynchronised = true;
        var push = given.Accept("""{"expires":"2026-01-01T00:10:00Z","values":{"rate":20}}""");
        given.IsClockSynchronised = false;
        given.Turn();

        Assert.False(push.Outcome.IsCompleted);
        Assert.Equal("clock", given.Document().GetProperty("pending").GetProperty("waiting_for").GetString());
        given.IsClockSynchronised = true;
        given.Turn();
        Assert.Equal(SettingsResult.Applied, (await push.Outcome.WaitAsync(GivenBox.Patience)).Result);
    }

    [Fact]
    public async Task A_note_is_shown_to_everybody()
    {
        await using var given = Given();
        given.Apply("""{"note":"night profile","values":{"rate":20}}""");

        Assert.Equal("night profile", given.Document().GetProperty("reported").GetProperty("note").GetString());
    }

    [Fact]
    public async Task What_the_task_sets_itself_takes_a_revision_and_supersedes_what_waits()
    {
        ScriptedLoop? loop = null;
        var next = 0.0;
        await using var given = Given(new LoopScript
        {
            Iterate = self =>
            {
                loop = self;
                if (next > 0)
                    self.SetOwn(new TestSettings { Rate = next });
            },
        });
        next = 50;
        given.Turn();
        given.Turn();

        Assert.Equal((50, 1L), (given.Task.GetSettings().Rate, given.Task.HeadRevision));
        Assert.Equal("_local", given.Document().GetProperty("reported").GetProperty("by").GetString());
        var error = Assert.Throws<QmiException>(() => given.Push("""{"base_rev":0,"values":{"rate":30}}"""));
        Assert.Equal(["/rate"], (IEnumerable<string>)error.Details["changed_since"]!);
        Assert.NotNull(loop);
    }

    private static GivenRestarts Given(LoopScript? script = null) => new GivenRestarts { HasDisk = false, Script = script ?? new LoopScript() }.Boot();
}
