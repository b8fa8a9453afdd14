using System.Diagnostics;

namespace Qmi.Edge.Box.Tests;

/// <summary>The sample's program in a process of its own, as an operator or systemd runs it.</summary>
public sealed class RunTests : IDisposable
{
    private const string Lingering = """{"box":"slow","tasks":{"lingerer":{"type":"lingerer"}}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("SIGTERM")]
    [InlineData("SIGINT")]
    public void A_box_runs_until_it_is_told_to_stop(string signal)
    {
        using var box = Run("""{"box":"cryo","tasks":{"host":{"type":"host_monitor"}}}""");
        box.WaitForLine("Box cryo runs with 1 objects");

        (signal == "SIGTERM" ? (Action)box.Terminate : box.Interrupt)();

        Assert.Equal(ExitCode.Ok, box.WaitForExit());
        Assert.Empty(box.Output);
        Assert.Collection(
            box.Errors,
            line => Assert.EndsWith(" info  Run[3003]: Box cryo runs with 1 objects", line),
            line => Assert.EndsWith($" info  Run[3001]: {signal} received: stopping", line),
            line => Assert.EndsWith(" info  Box[1404]: Box cryo has stopped", line));
    }

    [Fact]
    public void A_broker_that_is_not_there_keeps_a_box_neither_from_running_nor_from_stopping()
    {
        using var box = Run("""{"box":"cryo","mqtt":{"host":"127.0.0.1","port":PORT},"tasks":{"host":{"type":"host_monitor"}}}""".Replace("PORT", $"{FreePort.Find()}"));
        box.WaitForLine("Box cryo runs with 1 objects");
        box.WaitForLine("Connection refused");

        box.Terminate();

        Assert.Equal(ExitCode.Ok, box.WaitForExit());
        Assert.Contains(box.Errors, line => line.EndsWith("Box cryo has stopped", StringComparison.Ordinal));
    }

    [Fact]
    public void A_box_that_is_asked_to_restart_stops_in_order_and_leaves_with_the_code_for_its_supervisor()
    {
        using var broker = new MosquittoBroker();
        using var box = Run("""{"box":"cryo","mqtt":{"host":"127.0.0.1","port":PORT},"tasks":{"host":{"type":"host_monitor"}}}""".Replace("PORT", $"{broker.Port}"));
        using var supervisor = new Supervisor(broker.Port);
        supervisor.WaitFor("qmi/v1/box/cryo/state", state => state.GetProperty("state").GetString() == "online");

        Assert.True(supervisor.Ask("cryo", "admin", "alice", "_box", "reboot", """{"args":{"reason":"new firmware"}}""").GetProperty("ok").GetBoolean());

        Assert.Equal(ExitCode.Restart, box.WaitForExit());
        Assert.Equal(75, ExitCode.Restart);
        supervisor.WaitFor("qmi/v1/box/cryo/state", state => state.GetProperty("state").GetString() == "offline");
        Assert.Contains(box.Errors, line => line.EndsWith("alice asked for a restart (new firmware): stopping with exit code 75, so that the supervisor starts the box again", StringComparison.Ordinal));
        Assert.Contains(box.Errors, line => line.EndsWith("Box cryo has stopped", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("rule", "TASK-10")]
    public void LoopFinalize_has_its_time_when_the_process_is_told_to_stop()
    {
        using var box = RunWithTestTypes(Lingering);
        box.WaitForLine("Box slow runs with 1 objects");

        var watch = Stopwatch.StartNew();
        box.Terminate();

        Assert.Equal(ExitCode.Ok, box.WaitForExit());
        Assert.True(watch.Elapsed >= Lingerer.Farewell, $"It ended after {watch.Elapsed}, which LoopFinalize was not done with.");
        Assert.Contains(box.Errors, line => line.EndsWith("Box slow has stopped", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("rule", "TASK-10")]
    public void A_second_signal_is_for_those_who_will_not_wait()
    {
        using var box = RunWithTestTypes(Lingering);
        box.WaitForLine("Box slow runs with 1 objects");
        box.Terminate();
        box.WaitForLine("SIGTERM received: stopping");

        box.Terminate();

        Assert.Equal(128 + 15, box.WaitForExit());
        Assert.DoesNotContain(box.Errors, line => line.EndsWith("Box slow has stopped", StringComparison.Ordinal));
    }

    [Fact]
    public void Under_systemd_the_journal_is_told_the_severity_and_keeps_the_time_itself()
    {
        using var box = new ChildProcess("env", "JOURNAL_STREAM=8:1", Program, "run", _folder.Write("box.json", """{"box":"cryo","instruments":{"a":{"type":"scpi_cryostat","args":{"transport":"tcp:127.0.0.1"}}}}"""));
        box.WaitForLine("Box cryo runs");

        box.Terminate();

        Assert.Equal(ExitCode.Ok, box.WaitForExit());
        Assert.Equal(
            [
                "<3>Run[3004]: a could not be started, the rest of the box runs: Transport \"tcp:127.0.0.1\": the port is missing.",
                "<4>Run[3007]: Box cryo runs with 0 objects; not started: a",
                "<6>Run[3001]: SIGTERM received: stopping",
                "<6>Box[1404]: Box cryo has stopped",
            ],
            box.Errors);
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "cryo");

    private ChildProcess Run(string configuration) => new(Program, "run", _folder.Write("box.json", configuration));

    private ChildProcess RunWithTestTypes(string configuration) => new(Environment.ProcessPath!, "box", "run", _folder.Write("box.json", configuration));
}
