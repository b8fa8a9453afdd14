namespace Qmi.Edge.Bridge.Tests;

public class RivalWatchTests
{
    private const string Oldest = "01AAAAAAAAAAAAAAAAAAAAAAAA";
    private const string Older = "01BBBBBBBBBBBBBBBBBBBBBBBB";
    private const string Ours = "01CCCCCCCCCCCCCCCCCCCCCCCC";
    private const string Newer = "01DDDDDDDDDDDDDDDDDDDDDDDD";
    private const bool Retained = true;
    private const bool Live = false;

    private readonly RivalWatch _watch = new(Ours, [Oldest, Older]);

    [Theory]
    [InlineData(PresenceState.Online)]
    [InlineData(PresenceState.Degraded)]
    [InlineData(PresenceState.Starting)]
    [InlineData(PresenceState.Stopping)]
    [InlineData(PresenceState.Lost)]
    [InlineData(PresenceState.Offline)]
    internal void What_an_earlier_run_of_ours_left_behind_is_no_rival(PresenceState state) =>
        Assert.Equal(RivalVerdict.Stale, Judge(state, Older, Retained));

    [Fact]
    public void What_an_older_run_of_whomever_left_behind_is_no_rival() =>
        Assert.Equal(RivalVerdict.Stale, Judge(PresenceState.Online, "01BAAAAAAAAAAAAAAAAAAAAAAA", Retained));

    [Theory]
    [InlineData(PresenceState.Online, RivalVerdict.OlderLives)]
    [InlineData(PresenceState.Degraded, RivalVerdict.OlderLives)]
    [InlineData(PresenceState.Starting, RivalVerdict.OlderLives)]
    [InlineData(PresenceState.Stopping, RivalVerdict.OlderLives)]
    [InlineData(PresenceState.Lost, RivalVerdict.Stale)]
    [InlineData(PresenceState.Offline, RivalVerdict.Stale)]
    internal void An_older_run_lives_when_it_speaks_now(PresenceState state, RivalVerdict expected) =>
        Assert.Equal(expected, Judge(state, Older, Live));

    [Theory]
    [InlineData(PresenceState.Online)]
    [InlineData(PresenceState.Lost)]
    internal void An_older_run_lives_when_it_has_connected_again(PresenceState state)
    {
        Assert.Equal(RivalVerdict.Stale, Judge(state, Older, Retained, connection: 4));
        Assert.Equal(RivalVerdict.Stale, Judge(state, Older, Retained, connection: 4));
        Assert.Equal(RivalVerdict.OlderLives, Judge(state, Older, Retained, connection: 5));
    }

    [Theory]
    [InlineData(PresenceState.Online, RivalVerdict.NewerMayLive)]
    [InlineData(PresenceState.Degraded, RivalVerdict.NewerMayLive)]
    [InlineData(PresenceState.Starting, RivalVerdict.NewerMayLive)]
    [InlineData(PresenceState.Stopping, RivalVerdict.NewerMayLive)]
    [InlineData(PresenceState.Lost, RivalVerdict.Stale)]
    [InlineData(PresenceState.Offline, RivalVerdict.Stale)]
    [InlineData(PresenceState.Moved, RivalVerdict.Stale)]
    internal void A_newer_run_may_live_unless_it_is_lost_or_said_goodbye(PresenceState state, RivalVerdict expected)
    {
        Assert.Equal(expected, Judge(state, Newer, Retained));
        Assert.Equal(expected == RivalVerdict.NewerMayLive ? RivalVerdict.NewerLives : expected, Judge(state, Newer, Live));
    }

    [Fact]
    public void A_newer_run_that_was_lost_and_has_connected_again_lives()
    {
        // Each of two boxes throws the other out: each sees the will of the other, again and again.
        Assert.Equal(RivalVerdict.Stale, Judge(PresenceState.Lost, Newer, Retained, connection: 1));
        Assert.Equal(RivalVerdict.NewerLives, Judge(PresenceState.Lost, Newer, Retained, connection: 2));
    }

    [Fact]
    public void A_newer_run_that_was_proven_dead_is_one_only_when_it_gives_a_sign_of_life()
    {
        _watch.Died(Newer);
        Assert.Equal(RivalVerdict.Stale, Judge(PresenceState.Online, Newer, Retained));
        Assert.Equal(RivalVerdict.Stale, Judge(PresenceState.Online, Newer, Retained));

        Assert.Equal(RivalVerdict.NewerLives, Judge(PresenceState.Online, Newer, Live));
        Assert.Equal(RivalVerdict.NewerMayLive, Judge(PresenceState.Online, Newer, Retained));
    }

    [Fact]
    public void A_copy_of_our_own_earlier_run_that_speaks_now_lives()
    {
        // A disk that was cloned while its box ran: the copy knows the run of the original as its own earlier one.
        Assert.Equal(RivalVerdict.Stale, Judge(PresenceState.Online, Older, Retained));
        Assert.Equal(RivalVerdict.OlderLives, Judge(PresenceState.Online, Older, Live));
    }

    [Fact]
    public void A_farewell_is_one_even_after_a_new_connection()
    {
        Judge(PresenceState.Online, Newer, Live, connection: 1);

        Assert.Equal(RivalVerdict.Stale, Judge(PresenceState.Offline, Newer, Live, connection: 2));
    }

    [Fact]
    public void A_crowd_of_runs_is_not_remembered_without_end()
    {
        for (var run = 0; run < 10_000; run++)
            Judge(PresenceState.Lost, "01D" + run.ToString("D23", System.Globalization.CultureInfo.InvariantCulture), Retained);

        Assert.Equal(RivalVerdict.NewerLives, Judge(PresenceState.Online, Newer, Live));
    }

    private RivalVerdict Judge(PresenceState state, string boot, bool isRetained, long connection = 1) => _watch.Judge(new PresenceDocument(state, boot, connection), isRetained);
}
