using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box.Tests;

public class TaskCareTests
{
    [Fact]
    [Trait("rule", "TASK-11")]
    [Trait("rule", "HEALTH-1")]
    public void What_is_done_about_a_task_that_fails_or_hangs_is_read()
    {
        var options = Read("""
            "supervision":{"restart":"on_failure","first_pause_ms":500,"longest_pause_ms":8000,"max_restarts":3,"window_s":120},
            "health":{"hung_after_ms":2500,"when_hung":"fail_box"}
            """);

        Assert.Equal(
            new SupervisionOptions { Restart = RestartPolicy.OnFailure, FirstPause = TimeSpan.FromMilliseconds(500), LongestPause = TimeSpan.FromSeconds(8), MaxRestarts = 3, Window = TimeSpan.FromMinutes(2) },
            options.Supervision);
        Assert.Equal(new TaskHealthOptions { HungAfter = TimeSpan.FromSeconds(2.5), WhenHung = HungAction.FailBox }, options.Health);
    }

    [Theory]
    [InlineData("never", RestartPolicy.Never)]
    [InlineData("on_failure", RestartPolicy.OnFailure)]
    public void Each_policy_has_its_name(string name, RestartPolicy policy) => Assert.Equal(policy, Read($$"""
        "supervision":{"restart":"{{name}}"}
        """).Supervision.Restart);

    [Theory]
    [InlineData("report", HungAction.Report)]
    [InlineData("restart", HungAction.Restart)]
    [InlineData("fail_box", HungAction.FailBox)]
    public void Each_action_has_its_name(string name, HungAction action) => Assert.Equal(action, Read($$"""
        "health":{"when_hung":"{{name}}"}
        """).Health.WhenHung);

    [Fact]
    public void Zero_is_any_time() => Assert.Equal(Timeout.InfiniteTimeSpan, Read("""
        "health":{"hung_after_ms":0}
        """).Health.HungAfter);

    [Fact]
    [Trait("rule", "TASK-11")]
    public void What_cannot_be_is_told_with_its_place_its_limit_and_the_nearest_name() =>
        GivenConfiguration.AssertMistakes(
            """
            {"box":"cryo","tasks":{
             "a":{"type":"follower","supervision":{▸"restart":"on_fail",▸"max_restarts":0}},
             "b":{"type":"follower","supervision":{"first_pause_ms":3000,▸"longest_pause_ms":2000}},
             "c":{"type":"follower","supervision":{▸"first_pause_ms":90000}},
             "d":{"type":"follower","health":{▸"hung_after_ms":200}}}}
            """,
            "/tasks/a/supervision/restart is \"on_fail\", allowed are never, on_failure (did you mean \"on_failure\"?).",
            "/tasks/a/supervision/max_restarts is 0, the smallest allowed is 1.",
            "/tasks/b/supervision: the longest pause, 2000 ms, is shorter than the first, 3000 ms.",
            "/tasks/c/supervision: the longest pause, 60000 ms, is shorter than the first, 90000 ms.",
            "/tasks/d/health/hung_after_ms is 200 ms, the smallest allowed is 1000 ms: less cannot be told from a busy machine. 0 means any time.");

    private static TaskOptions Read(string members) =>
        Assert.Single(GivenConfiguration.Read("""{"box":"cryo","tasks":{"stage":{"type":"follower",MEMBERS}}}""".Replace("MEMBERS", members)).Tasks).Options;
}
