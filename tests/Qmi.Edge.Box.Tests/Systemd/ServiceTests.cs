namespace Qmi.Edge.Box.Tests;

/// <summary>A whole process as systemd runs it, with a socket of the test's own.</summary>
public sealed class ServiceTests : IDisposable
{
    // Pings come twice in this time: short, so that their absence is soon plain.
    private const string WatchdogMicroseconds = "500000";

    private readonly TemporaryFolder _folder = new();
    private readonly NotifyListener _listener;

    public ServiceTests() => _listener = new NotifyListener(_folder.PathOf("notify"));

    public void Dispose()
    {
        _listener.Dispose();
        _folder.Dispose();
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    public void systemd_is_told_of_the_start_the_life_and_the_stop()
    {
        using var box = Run("""{"box":"cryo","tasks":{"stage":{"type":"follower","loop":{"period_ms":10}}}}""");
        Assert.Contains("STATUS=cryo runs with 1 objects", _listener.WaitFor("READY=1"));
        _listener.WaitForPings(4);

        box.Terminate();

        Assert.Equal(ExitCode.Ok, box.WaitForExit());
        _listener.WaitFor("STOPPING=1");
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    public void A_hung_task_ends_the_signs_of_life_while_it_hangs()
    {
        using var box = Run("""{"box":"cryo","tasks":{"other":{"type":"follower","loop":{"period_ms":10}},"holder":{"type":"hanger","args":{"file":"FILE"},"health":{"hung_after_ms":1000}}}}""");
        _listener.WaitForPings(2);

        _folder.Write("hang", "");
        _listener.WaitFor("these hang: holder");
        var pings = _listener.Pings;
        // Six of them would have come.
        Thread.Sleep(TimeSpan.FromMilliseconds(1500));
        Assert.Equal(pings, _listener.Pings);
        File.Delete(_folder.PathOf("hang"));

        _listener.WaitForPings(pings + 2);
        box.Terminate();
        Assert.Equal(ExitCode.Ok, box.WaitForExit());
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    public void A_hung_task_without_which_the_box_must_not_go_on_ends_the_process_with_a_code_of_its_own()
    {
        using var box = Run("""{"box":"cryo","tasks":{"other":{"type":"follower"},"holder":{"type":"hanger","args":{"file":"FILE"},"health":{"hung_after_ms":1000,"when_hung":"fail_box"}}}}""");
        _listener.WaitFor("READY=1");

        _folder.Write("hang", "");

        Assert.Equal(ExitCode.TaskHung, box.WaitForExit());
        Assert.Equal(70, ExitCode.TaskHung);
        _listener.WaitFor("STOPPING=1\nSTATUS=Stops: A turn of task holder runs for");
        Assert.Contains(box.Errors, line => line.Contains("stopping with exit code 70, so that the supervisor starts the box again", StringComparison.Ordinal));
        // It could not be ended, and is named; the other one was stopped in order before the process ended.
        Assert.Contains(box.Errors, line => line.Contains("have not ended within", StringComparison.Ordinal) && line.EndsWith("holder", StringComparison.Ordinal));
    }

    private ChildProcess Run(string configuration) => new("env", "--unset=WATCHDOG_PID", $"NOTIFY_SOCKET={_listener.Name}", $"WATCHDOG_USEC={WatchdogMicroseconds}",
        Environment.ProcessPath!, "box", "run", _folder.Write("box.json", configuration.Replace("FILE", _folder.PathOf("hang"))));
}
