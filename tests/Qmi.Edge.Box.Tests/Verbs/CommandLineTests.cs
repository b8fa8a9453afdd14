using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box.Tests;

[Collection(ConsoleCollection.Name)]
public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("-?")]
    public async Task Help_shows_every_verb_with_what_it_does(string option)
    {
        var console = await CapturedConsole.RunAsync(option);

        Assert.Equal((ExitCode.Ok, ""), (console.ExitCode, console.Errors));
        Assert.Contains("Runs instrument tasks with known timing and shows them on MQTT.", console.Output);
        Assert.Contains("run <box.json>       Runs a box until it is told to stop (SIGTERM, Ctrl-C).", console.Output);
        Assert.Contains("validate <box.json>  Checks a configuration and starts nothing. Exit code 6 when it is wrong.", console.Output);
        Assert.Contains("describe <box.json>  Writes what the box is on MQTT, for people and programs, and starts nothing.", console.Output);
        Assert.Contains("loops <box.json>     Shows how the loops of a running box keep their time.", console.Output);
        Assert.Contains("acl <box.json>       Writes the access rules of a broker: who may read and write which topics.", console.Output);
        Assert.Contains("doctor               Checks whether this machine lets this user run loops on time. Exit code 1 when something fails.", console.Output);
        Assert.Contains("version              Prints the version of the program.", console.Output);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("validate")]
    public async Task Help_of_a_verb_shows_what_it_needs(string verb)
    {
        var console = await CapturedConsole.RunAsync(verb, "--help");

        Assert.Equal((ExitCode.Ok, ""), (console.ExitCode, console.Errors));
        Assert.Contains("<box.json>  The configuration of the box: a file of JSON with comments.", console.Output);
    }

    [Fact]
    public async Task The_version_is_one_line()
    {
        var console = await CapturedConsole.RunAsync("version");

        Assert.Equal((ExitCode.Ok, ""), (console.ExitCode, console.Errors));
        Assert.Matches(@"^Qmi\.Edge \d+\.\d+\.\d+\S* \(\.NET \d+\.\d+\.\d+\S*, (JIT|native), linux-(x64|arm64)\)\n$", console.Output);
    }

    [Theory]
    [InlineData("A verb is needed: run, validate, describe, loops, acl, doctor, version.")]
    [InlineData("There is no verb \"vaildate\" (did you mean \"validate\"?); the verbs are run, validate, describe, loops, acl, doctor, version.", "vaildate", "box.json")]
    [InlineData("There is no verb \"box.json\"; the verbs are run, validate, describe, loops, acl, doctor, version.", "box.json")]
    [InlineData("run needs box.json: the configuration of the box: a file of JSON with comments.", "run")]
    [InlineData("validate needs box.json: the configuration of the box: a file of JSON with comments.", "validate")]
    [InlineData("validate takes one file: \"b.json\" is one too many.", "validate", "a.json", "b.json")]
    [InlineData("version takes no file: \"box.json\" is one too many.", "version", "box.json")]
    [InlineData("The option --boxes needs a value: names of boxes, with commas between them.", "acl", "box.json", "--boxes")]
    [InlineData("The option --output needs a value: the file to write; default standard output.", "acl", "--boxes", "a", "--output")]
    [InlineData("describe needs box.json: the configuration of the box: a file of JSON with comments.", "describe")]
    [InlineData("The option --hlep is not known (did you mean \"--help\"?).", "--hlep")]
    [InlineData("The option --hlep is not known (did you mean \"--help\"?).", "run", "--hlep")]
    [InlineData("The option --strict is not known.", "validate", "--strict", "box.json")]
    [InlineData("The option --strict is not known.", "validate", "box.json", "--strict")]
    public async Task A_command_line_that_makes_no_sense_is_told_what_would(string message, params string[] args)
    {
        var console = await CapturedConsole.RunAsync(args);

        Assert.Equal(ExitCode.Usage, console.ExitCode);
        Assert.Equal("", console.Output);
        var lines = console.Errors.Split('\n');
        Assert.Equal(message, lines[0]);
        Assert.StartsWith("Try: ", lines[1]);
        Assert.EndsWith(" --help", lines[1]);
        Assert.Equal(["", ""], [lines[2], string.Concat(lines[3..])]);
    }

    [Fact]
    public async Task A_valid_configuration_is_shown_in_the_order_of_creation()
    {
        var file = _folder.Write("box.json", """
            {"box":"cryo",
             "mqtt":{"host":"broker.lab"}, "audit":{"file":"audit.jsonl"}, "state":{"folder":"state"},
             "instruments":{"b":{"type":"pump","args":{"feeds":"a"}},"a":{"type":"pump"}},
             "tasks":{"stage":{"type":"follower"}}}
            """);

        var console = await CapturedConsole.RunAsync("validate", file);

        Assert.Equal((ExitCode.Ok, ""), (console.ExitCode, console.Errors));
        Assert.Equal(
            $"""
            {file} is valid.
              box          cryo
              broker       broker.lab:1883, not encrypted
              callers      admin, whoever the broker lets in
              audit log    {_folder.PathOf("audit.jsonl")}
              state        {_folder.PathOf("state")}
              instruments  a, b
              tasks        stage

            """,
            console.Output);
    }

    [Fact]
    public async Task What_a_valid_configuration_leaves_out_is_shown_as_well()
    {
        var file = _folder.Write("box.json", """{"box":"cryo"}""");

        var console = await CapturedConsole.RunAsync("validate", file);

        Assert.Equal(
            $"""
            {file} is valid.
              box          cryo
              broker       none, the box is not on MQTT
              callers      none
              audit log    none
              state        none, the box remembers nothing across restarts
              instruments  none
              tasks        none

            """,
            console.Output);
    }

    [Fact]
    public async Task How_the_broker_is_reached_and_what_callers_may_do_is_shown()
    {
        foreach (var name in new[] { "ca.pem", "box.pem", "box.key" })
            _folder.Write(name, "");
        var authority = _folder.Write("ca.json", """{"box":"cryo","mqtt":{"host":"broker.lab","port":8883,"tls":{"ca_file":"ca.pem"},"default_role":"operator"}}""");
        var both = _folder.Write("both.json", """
            {"box":"cryo","mqtt":{"host":"broker.lab","port":8883,"tls":{"ca_file":"ca.pem","certificate_file":"box.pem","key_file":"box.key"},"roles":{"alice":"operator","adm":"admin"}}}
            """);

        var first = await CapturedConsole.RunAsync("validate", authority);
        var second = await CapturedConsole.RunAsync("validate", both);

        Assert.Contains("  broker       broker.lab:8883, TLS\n  callers      operator, whoever the broker lets in\n", first.Output);
        Assert.Contains("  broker       broker.lab:8883, TLS with a certificate of its own\n  callers      alice operator, adm admin, others observer\n", second.Output);
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("run")]
    public async Task Of_a_wrong_configuration_every_mistake_is_shown_and_nothing_is_started(string verb)
    {
        var file = _folder.Write("box.json", "{\n  \"box\": 1,\n  \"taks\": {}\n}\n");

        var console = await CapturedConsole.RunAsync(verb, file);

        Assert.Equal((ExitCode.InvalidConfiguration, ""), (console.ExitCode, console.Output));
        Assert.Equal(
            $"""
            {file}:2:3: /box must be a string, not 1.
            {file}:3:3: "taks" is not known here (did you mean "tasks"?); known are box, alias, mqtt, audit, state, locks, requests, signals, realtime, log, instruments, tasks.
            2 errors

            """,
            console.Errors);
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("run")]
    public async Task A_configuration_that_is_not_there_is_a_wrong_one(string verb)
    {
        var console = await CapturedConsole.RunAsync(verb, _folder.PathOf("nope.json"));

        Assert.Equal((ExitCode.InvalidConfiguration, ""), (console.ExitCode, console.Output));
        Assert.Equal($"{_folder.PathOf("nope.json")}:1:1: The configuration cannot be read: {_folder.PathOf("nope.json")} does not exist.\n1 error\n", console.Errors);
    }

    [Fact]
    public async Task A_defect_of_the_program_is_neither_the_users_nor_the_configurations_fault()
    {
        var file = _folder.Write("box.json", """{"box":"cryo","instruments":{"a":{"type":"defective","args":{"x":"y"}}}}""");
        var type = new InstrumentType
        {
            TypeName = "defective",
            ClassName = "Lab.Defective",
            Arguments = new Schema { Type = SchemaType.Object, Properties = [new("x", new Schema { Type = SchemaType.String, Pattern = "[" })] },
            Create = Pump.EdgeType.Create,
            CreateProxy = Pump.EdgeType.CreateProxy,
        };

        var console = await CapturedConsole.RunAsync(types => types.Add(type), "validate", file);

        Assert.Equal(ExitCode.Failed, console.ExitCode);
        Assert.Contains("RegexParseException", console.Errors);
    }
}
