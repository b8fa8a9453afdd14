namespace Qmi.Edge.Bridge.Tests;

public sealed class BackOffTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    [Fact]
    [Trait("rule", "MQTT-2.11.3")]
    public void The_bound_doubles_from_half_a_second_to_thirty()
    {
        var always = new BackOff(First, Longest, new Fixed(1));
        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 8).Select(_ => always.Next().TotalSeconds));
    }

    [Fact]
    public void It_stays_at_the_longest_however_often_it_fails()
    {
        var backOff = new BackOff(First, Longest, new Fixed(1));
        for (var i = 0; i < 200; i++)
            backOff.Next();
        Assert.Equal(Longest, backOff.Next());
    }

    [Fact]
    public void The_wait_is_anything_up_to_the_bound()
    {
        var waits = Enumerable.Range(0, 1000).Select(seed => new BackOff(First, Longest, new Random(seed)).Next()).ToArray();
        Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.Zero, First));
        Assert.InRange(waits.Count(wait => wait < First / 2), 400, 600);
    }

    [Fact]
    public void The_same_seed_waits_the_same()
    {
        var one = new BackOff(First, Longest, new Random(7));
        var other = new BackOff(First, Longest, new Random(7));
        Assert.Equal(Enumerable.Range(0, 10).Select(_ => one.Next()), Enumerable.Range(0, 10).Select(_ => other.Next()));
    }

    [Fact]
    public void Only_a_connection_that_lasted_begins_the_count_anew()
    {
        var backOff = new BackOff(First, Longest, new Fixed(1));
        backOff.Next();
        backOff.ConnectionEnded(TimeSpan.FromSeconds(1));
        Assert.Equal(2 * First, backOff.Next());

        backOff.ConnectionEnded(TimeSpan.FromSeconds(31));
        Assert.Equal(First, backOff.Next());
    }

    private sealed class Fixed(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
