using System.Net.Sockets;
using System.Text;
using static Qmi.Edge.EndToEnd.Tests.GivenCryo;

namespace Qmi.Edge.EndToEnd.Tests;

public class SampleBoxTests
{
    [Theory]
    [InlineData("5")]
    [InlineData("311")]
    public void Its_tasks_are_read_called_locked_reconfigured_stopped_and_started_by_hand(string version)
    {
        using var given = new GivenCryo();
        given.Connect(version);
        given.WaitUntilOnline();

        // Reads
        Assert.Equal("thermostat", Text(given.Ask("get", "thermostat", "get_name"), "result"));
        Assert.Equal("295", Text(given.Ask("get", "thermostat", "get_settings"), "result", "setpoint"));
        given.Supervisor!.WaitFor(Topic("task/thermostat/status"), status => Text(status, "values", "temperature") is { } kelvin and not "null" && double.Parse(kelvin) > 250);
        given.Supervisor.WaitFor(Topic("task/host/status"), status => Text(status, "values", "memory_total") is { } memory and not "null" && double.Parse(memory) > 100);

        // A call of the custom task runner, and what it does
        Assert.Equal("true", Text(given.Ask("call", "thermostat", "set_setpoint", "[300]"), "ok"));
        given.Supervisor.WaitFor(Topic("task/thermostat/settings"), document => Text(document, "reported", "values", "setpoint") == "300");
        Assert.Equal("BAD_ARGS", Text(given.Ask("call", "thermostat", "set_setpoint", """{"args":{"kelvin":900}}"""), "error", "code"));

        // A push
        given.Supervisor.Publish(Topic("task/thermostat/push/alice"), """{"id":"p-1","values":{"tolerance":2}}""");
        given.Supervisor.WaitFor(Topic("task/thermostat/ack/alice"), ack => Text(ack, "state") == "applied");
        given.Supervisor.WaitFor(Topic("task/thermostat/status"), status => Text(status, "values", "in_range") == "true");

        // The excursion that this has ended was a signal, and the log task counts those that begin
        given.Ask("call", "thermostat", "set_setpoint", "[310]");
        given.Supervisor.WaitFor(Topic("task/thermostat/sig/excursion"), batch => Text(batch, "values")!.Contains("false"));
        given.Supervisor.WaitFor(Topic("task/excursions/status"), status => Text(status, "values", "count") is { } count and not "null" && int.Parse(count) > 0);

        // A lock
        var token = Text(given.Ask("call", "thermostat", "lock", """{"args":{"note":"alignment"}}"""), "result", "token");
        Assert.Equal("LOCKED", Text(given.Ask("call", "thermostat", "set_setpoint", "[280]", caller: "bob"), "error", "code"));
        Assert.Equal("true", Text(given.Ask("call", "thermostat", "unlock", $$$"""{"args":{"token":"{{{token}}}"}}"""), "result"));

        // The life of a task
        Assert.Equal("true", Text(given.Ask("call", "thermostat", "stop"), "ok"));
        given.Supervisor.WaitFor(Topic("task/thermostat/state"), state => Text(state, "state") == "stopped");
        Assert.Equal("WRONG_STATE", Text(given.Ask("call", "thermostat", "start"), "error", "code"));
        Assert.Equal("true", Text(given.Ask("call", "thermostat", "restart"), "ok"));
        var running = given.Supervisor.WaitFor(Topic("task/thermostat/state"), state => Text(state, "state") == "running" && Text(state, "run") == "2").Json;
        Assert.Equal(("10", "skip"), (Text(running, "loop", "period_ms"), Text(running, "loop", "policy")));
        Assert.Equal("310", Text(given.Ask("get", "thermostat", "get_settings"), "result", "setpoint"));
    }

    [Fact]
    public void A_hundred_hostile_payloads_get_one_answer_each_and_the_box_goes_on()
    {
        using var given = new GivenCryo();
        var random = new Random(11);
        string[] seeds = ["""{"args":{"kelvin":300},"id":"x"}""", "[300]", """{"args":[1,2]}""", """{"timeout_ms":1e9}""", "{\"args\":{\"kelvin\":\"\u00e4\"}}", "nul", "{}}"];
        var from = given.Supervisor!.Seen.Count;
        for (var round = 0; round < 100; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(seeds[round % seeds.Length]);
            // Mutate: one byte changed, cut or doubled. Not a tab or a line end: they would only confuse the test's own reading.
            var at = random.Next(bytes.Length);
            bytes = (round % 3) switch
            {
                0 => [.. bytes[..at], (byte)random.Next(33, 127), .. bytes[(at + 1)..]],
                1 => bytes[..at],
                _ => [.. bytes[..at], .. bytes[at..], .. bytes[at..]],
            };
            given.Supervisor.Publish(Topic("call/fuzz/thermostat/set_setpoint"), Encoding.UTF8.GetString(bytes));
        }

        Assert.True(SpinWait.SpinUntil(() => given.Supervisor.Seen.Skip(from).Count(seen => seen.Topic == Topic("reply/fuzz/thermostat/set_setpoint")) >= 100, ChildProcess.Patience));
        Assert.Equal("true", Text(given.Ask("get", "thermostat", "is_running"), "result"));
        Assert.Equal(100, given.Supervisor.Seen.Skip(from).Count(seen => seen.Topic == Topic("reply/fuzz/thermostat/set_setpoint")));
        Assert.DoesNotContain(given.Supervisor.Seen, seen => seen.Payload.Contains("\"INTERNAL\"", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("rule", "TASK-10")]
    public void SIGTERM_stops_the_tasks_which_turn_the_heater_off_and_the_box_says_goodbye()
    {
        using var given = new GivenCryo();
        given.Ask("call", "thermostat", "set_setpoint", "[320]");
        Assert.True(SpinWait.SpinUntil(() => ReadHeater(given.SimulatorPort) > 0, ChildProcess.Patience));

        given.Box.Terminate();

        Assert.Equal(0, given.Box.WaitForExit());
        given.Supervisor!.WaitFor(Topic("state"), state => Text(state, "state") == "offline");
        given.Supervisor.WaitFor(Topic("task/thermostat/state"), state => Text(state, "state") == "stopped");
        Assert.Equal(0, ReadHeater(given.SimulatorPort));
    }

    [Fact]
    public void A_box_that_dies_is_lost_after_the_delay_of_its_will()
    {
        using var given = new GivenCryo();

        given.Box.Kill();

        given.Supervisor!.WaitFor(Topic("state"), state => Text(state, "state") == "lost");
    }

    [Fact]
    [Trait("rule", "MQTT-3.1")]
    public void Without_a_broker_the_tasks_run_and_when_it_comes_everything_is_there()
    {
        using var given = new GivenCryo(startBroker: false);
        Assert.True(SpinWait.SpinUntil(() => ReadHeater(given.SimulatorPort) > 0, ChildProcess.Patience), "The thermostat heats without a broker.");
        given.Box.WaitForLine("127.0.0.1");

        given.Broker.Restart();
        given.Connect();

        given.WaitUntilOnline();
        given.Supervisor!.WaitFor(Topic("task/thermostat/status"), status => Text(status, "values", "temperature") is not ("null" or null));
    }

    [Fact]
    public void An_instrument_that_goes_away_and_comes_back_is_lost_and_found_and_the_task_lives_on()
    {
        using var given = new GivenCryo();
        given.Supervisor!.WaitFor(Topic("task/thermostat/status"), status => Text(status, "values", "temperature") is not ("null" or null));

        given.Simulator.Dispose();
        given.Supervisor.WaitFor(Topic("instrument/cryostat/state"), state => Text(state, "state") == "lost");
        var from = given.Supervisor.Seen.Count;
        given.Supervisor.WaitFor(Topic("task/thermostat/status"), status => Text(status, "values", "temperature") == "null", from);
        given.RestartSimulator();

        given.Supervisor.WaitFor(Topic("instrument/cryostat/state"), state => Text(state, "state") == "open", from);
        Assert.Equal("1", Text(given.Ask("get", "thermostat", "get_state"), "result", "run"));
    }

    private static double ReadHeater(int port)
    {
        using var client = new TcpClient("127.0.0.1", port);
        using var stream = client.GetStream();
        stream.Write("SOUR:HEAT?\n"u8);
        using var reader = new StreamReader(stream);
        return double.Parse(reader.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);
    }
}
