namespace Qmi.Edge.Runtime.Tests;

public class LoopOptionsTests
{
    [Theory]
    [Trait("rule", "LOOP-10")]
    [InlineData(100.0, null)]
    [InlineData(null, MissedLoopPolicy.Skip)]
    public async Task A_task_without_a_loop_cannot_be_given_a_period_or_a_policy(double? milliseconds, MissedLoopPolicy? policy)
    {
        await using var given = new GivenBox();
        var options = new TaskOptions { Period = milliseconds is { } period ? TimeSpan.FromMilliseconds(period) : null, Policy = policy };

        var error = Assert.Throws<TaskInitException>(() => given.Task(_ => { }, "plain", options));

        Assert.Equal("Task plain could not be constructed: Task plain has no loop: take its period, its missed-loop policy and its spin away.", error.Message);
        Assert.Null(given.Box.FindObject("plain"));
    }

    [Fact]
    [Trait("rule", "LOOP-10")]
    public async Task Options_override_what_the_constructor_of_a_loop_says()
    {
        await using var given = new GivenBox();

        var task = given.Loop(new LoopScript(), options: new TaskOptions { Period = TimeSpan.FromSeconds(3), Policy = MissedLoopPolicy.CatchUp });
        task.Start();
        given.Time.WaitUntilParked();

        var statistics = task.GetLoopStatistics()!.Value;
        Assert.Equal((TimeSpan.FromSeconds(3), MissedLoopPolicy.CatchUp), (statistics.Period, statistics.Policy));
    }
}
