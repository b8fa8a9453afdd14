using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime.Tests;

public class BoxStopLogTests
{
    [Fact]
    [Trait("rule", "TASK-9")]
    [Trait("rule", "TASK-10")]
    public async Task The_usual_end_of_a_box_is_no_reason_for_a_warning()
    {
        await using var given = new GivenBox();
        given.Loop(new LoopScript()).Start();
        given.Task(self => self.Sleep(Timeout.InfiniteTimeSpan)).Start();
        given.Time.WaitUntilParked(2);

        await given.Box.StopAsync().WaitAsync(GivenBox.Patience);

        Assert.DoesNotContain(given.Log.Lines, line => line.Level >= LogLevel.Warning);
        Assert.Contains(given.Log.Lines, line => line.Text == "Box box-1 has stopped");
    }

    [Fact]
    [Trait("rule", "TASK-10")]
    public async Task A_failure_is_told_when_it_happens_and_not_once_more_at_the_end()
    {
        await using var given = new GivenBox();
        var task = given.Task(_ => throw new InvalidOperationException("broken"));
        task.Start();
        await Assert.ThrowsAsync<TaskRunException>(() => task.JoinAsync().WaitAsync(GivenBox.Patience));

        await given.Box.StopAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal("broken", Assert.Single(given.Log.Lines, line => line.Level >= LogLevel.Warning).Exception!.Message);
    }
}
