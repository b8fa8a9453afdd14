namespace Qmi.Edge.Box.Tests;

public class ConfiguredSchedulingTests
{
    [Fact]
    [Trait("rule", "RT-1")]
    public void A_task_is_read_with_its_priority_its_CPUs_and_its_spin()
    {
        var options = Assert.Single(GivenConfiguration.Read("""
            {"box":"cryo","tasks":{"stage":{"type":"follower","priority":80,"cpus":[1,3],"loop":{"spin_us":62.5}}}}
            """).Tasks).Options;

        Assert.Equal((80, TimeSpan.FromMicroseconds(62.5)), (options.Priority!.Value, options.Spin));
        Assert.Equal([1, 3], options.Cpus!);
    }

    [Fact]
    [Trait("rule", "RT-1")]
    public void A_box_asks_the_system_for_nothing_unless_it_says_so()
    {
        var silent = GivenConfiguration.Read("""{"box":"cryo"}""").Realtime;
        var asking = GivenConfiguration.Read("""{"box":"cryo","realtime":{"lock_memory":true,"hold_cpu_latency":true}}""").Realtime;

        Assert.Equal((false, false), (silent.LockMemory, silent.HoldCpuLatency));
        Assert.Equal((true, true), (asking.LockMemory, asking.HoldCpuLatency));
    }

    [Fact]
    [Trait("rule", "RT-1")]
    public void What_no_thread_can_have_is_told_with_its_limits() =>
        GivenConfiguration.AssertMistakes(
            """
            {"box":"cryo",
             "realtime": { ▸"lock_memory": "yes" },
             "tasks": { "a": { "type": "follower", ▸"priority": 100, ▸"cpus": [], "loop": { ▸"spin_us": 201 } },
                        "b": { "type": "follower", ▸"priority": 1.5, "cpus": [0, ▸1024] } }}
            """,
            "/realtime/lock_memory must be a boolean, not \"yes\".",
            "/tasks/a/priority must be at most 99, not 100.",
            "/tasks/a/cpus must have at least 1 items, not 0.",
            "/tasks/a/loop/spin_us must be at most 200 us, not 201.",
            "/tasks/b/priority must be a whole number, not 1.5.",
            "/tasks/b/cpus/1 must be at most 1023, not 1024.");
}
