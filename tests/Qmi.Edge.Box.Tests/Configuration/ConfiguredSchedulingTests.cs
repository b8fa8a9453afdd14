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
            "/tasks/a/priority is 100, the largest allowed is 99.",
            "/tasks/a/cpus has 0 items, at least 1 are needed.",
            "/tasks/a/loop/spin_us is 201 us, the largest allowed is 200 us.",
            "/tasks/b/priority must be an integer, not 1.5.",
            "/tasks/b/cpus/1 is 1024, the largest allowed is 1023.");
}
