namespace Qmi.Edge.Runtime.Tests;

public class RestartBackOffTests
{
    private static readonly SupervisionOptions Options = new() { MaxRestarts = 8, Window = TimeSpan.FromMinutes(10) };

    [Fact]
    [Trait("rule", "TASK-11")]
    public void Each_pause_is_the_double_of_the_one_before_up_to_a_minute_and_after_the_last_there_is_none()
    {
        var backOff = new RestartBackOff(Options);

        var pauses = Enumerable.Range(0, 9).Select(second => backOff.Next(second * MonotonicTime.Second)?.TotalSeconds);

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, null], pauses);
    }

    [Fact]
    [Trait("rule", "TASK-11")]
    public void A_restart_counts_for_the_window_and_no_longer()
    {
        var backOff = new RestartBackOff(Options with { MaxRestarts = 2 });
        backOff.Next(0);
        backOff.Next(MonotonicTime.Second);

        Assert.Null(backOff.Next((600 * MonotonicTime.Second) - 1));
        Assert.Equal(TimeSpan.FromSeconds(2), backOff.Next(600 * MonotonicTime.Second));
        Assert.Null(backOff.Next(600 * MonotonicTime.Second));
    }

    [Fact]
    [Trait("rule", "TASK-11")]
    public void When_the_cause_is_gone_it_begins_anew()
    {
        var backOff = new RestartBackOff(Options with { MaxRestarts = 1 });
        backOff.Next(0);
        Assert.Null(backOff.Next(0));

        backOff.Reset();

        Assert.Equal(TimeSpan.FromSeconds(1), backOff.Next(0));
    }
}
