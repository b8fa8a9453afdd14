using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box.Tests;

public sealed class MachineChecksTests : IDisposable
{
    private const string Debian = "Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org) #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1";
    private const string NoCapabilities = "CapEff:\t0000000000000000\n";

    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("Linux version 6.1 #1 SMP PREEMPT_RT Debian", null, nameof(Verdict.Ok), "The kernel is a real-time kernel (PREEMPT_RT).")]
    [InlineData(Debian, "none voluntary (full)", nameof(Verdict.Ok), "The kernel can be preempted (PREEMPT_DYNAMIC, full).")]
    [InlineData(Debian, "none (voluntary) full", nameof(Verdict.Warn), "The kernel can be preempted (PREEMPT_DYNAMIC), but its model is voluntary.")]
    [InlineData(Debian, null, nameof(Verdict.Warn), "The kernel can be preempted (PREEMPT_DYNAMIC), but its model cannot be seen: only root may look, and only where debugfs is mounted.")]
    [InlineData("Linux version 6.1 #1 SMP PREEMPT Thu", null, nameof(Verdict.Ok), "The kernel can be preempted (PREEMPT); a real-time kernel (linux-image-rt) has shorter worst cases.")]
    [InlineData("Linux version 6.1 #1 SMP Debian", null, nameof(Verdict.Warn), "The kernel gives way between its own calls only (no PREEMPT).")]
    public void The_preemption_model_is_found(string version, string? model, string verdict, string text)
    {
        Write("proc/version", version);
        if (model is not null)
            Write("sys/kernel/debug/sched/preempt", model + "\n");

        AssertFinds(new PreemptionCheck(), verdict, text);
    }

    [Fact]
    public void A_kernel_booted_with_full_preemption_needs_no_root_to_be_known()
    {
        Write("proc/version", Debian);
        Write("proc/cmdline", "root=/dev/sda1 preempt=full quiet\n");

        AssertFinds(new PreemptionCheck(), nameof(Verdict.Ok), "The kernel can be preempted (PREEMPT_DYNAMIC, booted with preempt=full).");
    }

    [Theory]
    [InlineData("0", nameof(Verdict.Fail), "This user may give no real-time priority.")]
    [InlineData("50", nameof(Verdict.Warn), "This user may give real-time priorities up to 50.")]
    [InlineData("99", nameof(Verdict.Ok), "This user may give any real-time priority.")]
    [InlineData("unlimited", nameof(Verdict.Ok), "This user may give any real-time priority.")]
    public void The_limit_of_priorities_is_read(string limit, string verdict, string text)
    {
        Write("proc/self/status", NoCapabilities);
        Write("proc/self/limits", $"Limit                     Soft Limit           Hard Limit           Units\nMax realtime priority     {limit,-20} {limit,-20}\n");

        AssertFinds(new PriorityCheck(), verdict, text);
    }

    [Theory]
    [InlineData("8388608", nameof(Verdict.Fail), "This user may lock 8192 KiB of memory, and a box needs no limit: the system counts what its runtime reserves.")]
    [InlineData("unlimited", nameof(Verdict.Ok), "This user may lock memory.")]
    public void The_limit_of_locked_memory_is_read(string limit, string verdict, string text)
    {
        Write("proc/self/status", NoCapabilities);
        Write("proc/self/limits", $"Max locked memory         {limit,-20} {limit,-20} bytes\n");

        AssertFinds(new MemoryLockCheck(), verdict, text);
    }

    [Fact]
    public void Capabilities_need_no_limits()
    {
        Write("proc/self/status", "Name:\tx\nCapEff:\t0000000000804000\n");

        AssertFinds(new PriorityCheck(), nameof(Verdict.Ok), "This user may give any real-time priority (CAP_SYS_NICE).");
        AssertFinds(new MemoryLockCheck(), nameof(Verdict.Ok), "This user may lock memory (CAP_IPC_LOCK).");
    }

    [Theory]
    [InlineData("950000", nameof(Verdict.Ok), "Real-time threads may take 95 % of a CPU; loops that wait never notice.")]
    [InlineData("-1", nameof(Verdict.Warn), "Real-time threads may take a whole CPU: one that never waits stops everything else on it.")]
    [InlineData("0", nameof(Verdict.Fail), "Real-time threads get no CPU at all.")]
    public void Throttling_is_judged(string runtime, string verdict, string text)
    {
        Write("proc/sys/kernel/sched_rt_runtime_us", runtime + "\n");
        Write("proc/sys/kernel/sched_rt_period_us", "1000000\n");

        AssertFinds(new ThrottlingCheck(), verdict, text);
    }

    [Theory]
    [InlineData("performance", "performance", nameof(Verdict.Ok), "The CPUs keep their highest clock (performance).")]
    [InlineData("performance", "schedutil", nameof(Verdict.Warn), "The CPUs lower their clock when they have little to do (performance, schedutil), and turns take longer then.")]
    public void The_governors_of_all_CPUs_are_looked_at(string first, string second, string verdict, string text)
    {
        Write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", first + "\n");
        Write("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", second + "\n");

        AssertFinds(new GovernorCheck(), verdict, text);
    }

    [Fact]
    public void The_latency_of_CPUs_needs_a_device_that_may_be_written()
    {
        AssertFinds(new CpuLatencyCheck(), nameof(Verdict.Warn), "There is no /dev/cpu_dma_latency: a box cannot keep idle CPUs from sleeping deeply.");

        Write("dev/cpu_dma_latency", "");

        AssertFinds(new CpuLatencyCheck(), nameof(Verdict.Ok), "A box may keep idle CPUs from sleeping deeply.");
    }

    [Theory]
    [InlineData(true, "chrony", nameof(Verdict.Ok), "The clock is kept right (chrony).")]
    [InlineData(false, "chrony", nameof(Verdict.Warn), "The clock is not right yet (chrony): times of values are not to be trusted.")]
    [InlineData(false, "none", nameof(Verdict.Warn), "Nothing keeps the clock right: times of values are not to be trusted.")]
    public void The_clock_is_asked(bool isSynchronised, string source, string verdict, string text) =>
        AssertFinds(new ClockCheck(new FixedClock(new ClockReading(isSynchronised, source))), verdict, text);

    [Fact]
    public void A_machine_that_says_nothing_has_no_check_that_throws()
    {
        IMachineCheck[] checks = [new PreemptionCheck(), new PriorityCheck(), new MemoryLockCheck(), new ThrottlingCheck(), new GovernorCheck(), new CpuLatencyCheck()];

        Assert.All(checks, check => Assert.True(Enum.IsDefined(check.Examine(new MachineFiles(_root.Name)).Verdict)));
    }

    [Theory]
    [InlineData("950000", ExitCode.Ok, "OK    real-time throttling  Real-time threads may take 95 % of a CPU; loops that wait never notice.\n")]
    [InlineData("-1", ExitCode.Ok, "WARN  real-time throttling  Real-time threads may take a whole CPU: one that never waits stops everything else on it.\n                            -> sysctl -w kernel.sched_rt_runtime_us=950000\n")]
    [InlineData("0", ExitCode.Failed, "FAIL  real-time throttling  Real-time threads get no CPU at all.\n                            -> sysctl -w kernel.sched_rt_runtime_us=950000\n")]
    public void Each_check_is_a_line_with_its_fix_below_and_only_a_failure_is_one(string runtime, int exitCode, string expected)
    {
        Write("proc/sys/kernel/sched_rt_runtime_us", runtime);
        Write("proc/sys/kernel/sched_rt_period_us", "1000000");
        using var output = new StringWriter();

        Assert.Equal(exitCode, DoctorVerb.Run([new ThrottlingCheck()], new MachineFiles(_root.Name), output));

        Assert.Equal(expected, output.ToString());
    }

    private void AssertFinds(IMachineCheck check, string verdict, string text)
    {
        var finding = check.Examine(new MachineFiles(_root.Name));

        Assert.Equal((verdict, text), (finding.Verdict.ToString(), finding.Text));
        Assert.Equal(finding.Verdict == Verdict.Ok, finding.Fix is null);
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root.PathOf(path))!);
        _root.Write(path, text);
    }

    private sealed class FixedClock(ClockReading reading) : IClockSource
    {
        public ClockReading Read() => reading;
    }
}
