namespace Qmi.Edge.Runtime.Tests;

public class NearestNameTests
{
    private static readonly string[] Known = ["setpoint", "tolerance", "gain", "rate", "k"];

    [Theory]
    [InlineData("setpiont", "setpoint")]
    [InlineData("setpoin", "setpoint")]
    [InlineData("setpointt", "setpoint")]
    [InlineData("Setpoint", "setpoint")]
    [InlineData("set_point", "setpoint")]
    [InlineData("tolerence", "tolerance")]
    [InlineData("agin", "gain")]
    [InlineData("tol", "tolerance")]
    public void A_typing_error_finds_what_was_meant(string typed, string meant)
    {
        Assert.Equal([meant], NearestName.Find(typed, Known));
        Assert.Equal($" (did you mean \"{meant}\"?)", NearestName.Hint(typed, Known));
    }

    [Theory]
    [InlineData("pressure")]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("et")]
    public void What_resembles_nothing_gets_no_hint(string typed)
    {
        Assert.Empty(NearestName.Find(typed, Known));
        Assert.Equal("", NearestName.Hint(typed, Known));
    }

    [Fact]
    public void The_nearest_comes_first_then_the_alphabet_and_no_more_than_asked_for()
    {
        string[] known = ["lock", "clock", "block", "locks", "unlock"];

        Assert.Equal(["lock", "locks", "block"], NearestName.Find("lock", known));
        Assert.Equal(["lock"], NearestName.Find("lcok", known, most: 1));
    }

    [Fact]
    public void Of_equals_the_one_that_was_typed_as_far_as_it_goes_comes_first() =>
        Assert.Equal(["get_status", "get_state"], NearestName.Find("get_statu", ["get_state", "get_status"]));

    [Fact]
    public void Three_letters_do_not_resemble_the_beginning_of_a_long_name() => Assert.Empty(NearestName.Find("foo", ["door_key"]));

    [Fact]
    public void Nothing_is_near_when_nothing_is_known() => Assert.Equal("", NearestName.Hint("setpoint", []));

    [Fact]
    public void A_hostile_name_costs_nothing_and_gets_no_hint()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Empty(NearestName.Find(new string('s', 1_000_000), Known));

        // A table of distances would be a million rows.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000 * 4);
    }
}
