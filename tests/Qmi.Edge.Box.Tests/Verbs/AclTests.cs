using System.Text.Json;
using Qmi.Edge.Bridge;

namespace Qmi.Edge.Box.Tests;

[Collection(ConsoleCollection.Name)]
public sealed class AclTests : IDisposable
{
    private const string Nothing = "";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rules_are_made_of_boxes_and_users_on_the_command_line()
    {
        var console = await CapturedConsole.RunAsync("acl", "--boxes", "box07, box08", "--boxes", "box09", "--users", "alice=operator,obs=observer,adm=admin");

        Assert.Equal((ExitCode.Ok, Nothing), (console.ExitCode, console.Errors));
        Assert.Equal(
            ["user box07", "user box08", "user box09", "user alice", "user obs", "user adm"],
            console.Output.Split('\n').Where(line => line.StartsWith("user ", StringComparison.Ordinal)));
        Assert.Contains("topic write qmi/v1/box/+/admin/adm/#\n", console.Output);
        Assert.DoesNotContain("admin/alice", console.Output);
        Assert.DoesNotContain("homeassistant", console.Output);
    }

    [Fact]
    public async Task A_box_that_shows_itself_to_Home_Assistant_may_publish_there()
    {
        var file = _folder.Write("box07.json", """{"box":"box07","mqtt":{"host":"h","roles":{"ha":"operator"},"discovery":{"home_assistant":{"prefix":"ha","user":"ha"}}}}""");

        var console = await CapturedConsole.RunAsync("acl", file);

        Assert.Equal((ExitCode.Ok, Nothing), (console.ExitCode, console.Errors));
        Assert.Contains("topic write ha/device/qmi_box07/config\n", console.Output);
    }

    [Fact]
    public async Task Rules_are_made_of_configurations_of_which_only_what_a_broker_must_know_is_looked_at()
    {
        // Types of another program and files of another machine.
        var first = _folder.Write("box07.json", """
            { // with comments
              "box": "box07", "mqtt": { "host": "h", "password_file": "/nowhere", "prefix": "lab/qmi", "roles": { "alice": "operator", "bob": "admin" } },
              "tasks": { "a": { "type": "of_a_lab" } } }
            """);
        var second = _folder.Write("box08.json", """{"box":"box08","mqtt":{"prefix":"lab/qmi","roles":{"alice":"operator","bob":"observer"}}}""");

        var console = await CapturedConsole.RunAsync("acl", first, second, "--users", "adm=admin");

        Assert.Equal((ExitCode.Ok, Nothing), (console.ExitCode, console.Errors));
        Assert.EndsWith(
            """
            # adm: admin
            user adm
            topic write lab/qmi/v1/box/+/call/adm/#
            topic write lab/qmi/v1/box/+/task/+/push/adm
            topic write lab/qmi/v1/box/+/admin/adm/#

            # alice: operator
            user alice
            topic write lab/qmi/v1/box/+/call/alice/#
            topic write lab/qmi/v1/box/+/task/+/push/alice

            # bob: admin of box07, observer of box08
            user bob
            topic write lab/qmi/v1/box/box07/call/bob/#
            topic write lab/qmi/v1/box/box07/task/+/push/bob
            topic write lab/qmi/v1/box/box07/admin/bob/#

            """,
            console.Output);
    }

    [Fact]
    public async Task They_go_to_a_file_when_one_is_named()
    {
        var file = _folder.PathOf("acl");

        var console = await CapturedConsole.RunAsync("acl", "--boxes", "box07", "--prefix", "lab", "--home-assistant", "homeassistant", "--output", file);

        Assert.Equal((ExitCode.Ok, Nothing, Nothing), (console.ExitCode, console.Output, console.Errors));
        Assert.Equal(MosquittoAclFile.Write(new AccessPlan { Prefix = "lab", Boxes = ["box07"], HomeAssistant = "homeassistant" }), File.ReadAllText(file));
        Assert.Contains("topic write homeassistant/device/qmi_box07/config\n", File.ReadAllText(file));
    }

    [Fact]
    public async Task For_the_dynamic_security_plugin_passwords_are_kept_and_it_is_said_how_to_set_them()
    {
        var file = _folder.Write("dynsec.json", """{"clients":[{"username":"root","password":"hash","salt":"pepper","iterations":101,"roles":[{"rolename":"admin"}]}],"roles":[{"rolename":"admin","acls":[]}]}""");

        var alone = await CapturedConsole.RunAsync("acl", "--format", "dynsec", "--boxes", "box07", "--users", "alice=operator");
        var merged = await CapturedConsole.RunAsync("acl", "--format", "dynsec", "--boxes", "box07", "--users", "alice=operator", "--merge", file, "--output", file);

        Assert.Equal((ExitCode.Ok, ExitCode.Ok, Nothing), (alone.ExitCode, merged.ExitCode, merged.Output));
        Assert.Contains("mosquitto_ctrl dynsec init FILE ADMINISTRATOR", alone.Errors);
        Assert.Contains("dynsec setClientPassword NAME", merged.Errors);
        Assert.Equal(["box07", "alice"], Names(JsonDocument.Parse(alone.Output).RootElement));
        Assert.Equal(["root", "box07", "alice"], Names(JsonDocument.Parse(File.ReadAllText(file)).RootElement));

        static IEnumerable<string?> Names(JsonElement root) => root.GetProperty("clients").EnumerateArray().Select(client => client.GetProperty("username").GetString());
    }

    [Theory]
    [InlineData("No box is named: rules are made for at least one. Say --boxes box07,box08, or give their configurations.", "acl")]
    [InlineData("\"alice\" has no role: write alice=observer, alice=operator, alice=admin.", "acl", "--boxes", "box07", "--users", "alice")]
    [InlineData("\"operater\" of alice is no role (did you mean \"operator\"?): the roles are observer, operator, admin.", "acl", "--boxes", "box07", "--users", "alice=operater")]
    [InlineData("alice is given as operator and as admin: keep one of them.", "acl", "--boxes", "box07", "--users", "alice=operator,alice=admin,alice=operator")]
    [InlineData("\"box07\" is a box and a user: each needs a name of its own, since what the broker allows to everybody would let the one answer for the other.", "acl", "--boxes", "box07", "--users", "box07=admin")]
    [InlineData("\"Box7\" is no box name: use 1 to 63 lower-case letters, digits, '_' and '-', beginning with a letter or digit.", "acl", "--boxes", "Box7")]
    [InlineData("\"a/b\" is no user name: it becomes one level of topics, and '/' would make two of it, of which the first may be somebody else.", "acl", "--boxes", "box07", "--users", "a/b=admin")]
    [InlineData("--prefix is \"lab/#\": use letters, digits, '_' and '-', with '/' between levels.", "acl", "--boxes", "box07", "--prefix", "lab/#")]
    [InlineData("--home-assistant is \"ha/\": use letters, digits, '_' and '-', with '/' between levels.", "acl", "--boxes", "box07", "--home-assistant", "ha/")]
    [InlineData("--format is \"json\": it can be mosquitto or dynsec.", "acl", "--boxes", "box07", "--format", "json")]
    [InlineData("--merge is for --format dynsec: an acl_file has nothing that would have to be kept.", "acl", "--boxes", "box07", "--merge", "x")]
    public async Task What_makes_no_sense_is_told_and_nothing_is_written(string message, params string[] args)
    {
        var console = await CapturedConsole.RunAsync(args);

        Assert.Equal((ExitCode.Usage, Nothing, message + "\n"), (console.ExitCode, console.Output, console.Errors));
    }

    [Fact]
    public async Task Configurations_that_begin_their_topics_differently_need_rules_of_their_own()
    {
        var first = _folder.Write("a.json", """{"box":"box07","mqtt":{"prefix":"lab"}}""");
        var second = _folder.Write("b.json", """{"box":"box08"}""");

        var both = await CapturedConsole.RunAsync("acl", first, second);
        var asked = await CapturedConsole.RunAsync("acl", second, "--prefix", "lab");

        Assert.Equal((ExitCode.Usage, $"{first} says that topics begin with \"lab\", and {second} says \"qmi\": make rules for each by itself.\n"), (both.ExitCode, both.Errors));
        Assert.Equal((ExitCode.Usage, $"--prefix says that topics begin with \"lab\", and {second} says \"qmi\": make rules for each by itself.\n"), (asked.ExitCode, asked.Errors));
    }

    [Fact]
    public async Task A_mistake_in_a_configuration_is_told_with_its_place()
    {
        var file = _folder.Write("box.json", """
            { "box": "Box 7",
              "mqtt": { "prefix": "/", "roles": { "alice": "boss", "bob/": "admin" } } }
            """);

        var console = await CapturedConsole.RunAsync("acl", file);

        Assert.Equal((ExitCode.InvalidConfiguration, Nothing), (console.ExitCode, console.Output));
        Assert.Equal(
            $"""
            {file}:1:3: "Box 7" is no name: use 1 to 63 lower-case letters, digits, '_' and '-', beginning with a letter or digit.
            {file}:2:13: /mqtt/prefix is "/", which does not match ^[a-zA-Z0-9_-]+(/[a-zA-Z0-9_-]+)*$.
            {file}:2:39: /mqtt/roles/alice is "boss", allowed are observer, operator, admin.
            {file}:2:56: "bob/" is no user name: it becomes one level of topics, and '/' would make two of it, of which the first may be somebody else.

            """,
            console.Errors);
    }

    [Fact]
    public async Task Files_that_cannot_be_used_are_named()
    {
        var torn = _folder.Write("torn.json", "{\"clients\":[");

        var merge = await CapturedConsole.RunAsync("acl", "--boxes", "box07", "--format", "dynsec", "--merge", torn);
        var missing = await CapturedConsole.RunAsync("acl", "--boxes", "box07", "--format", "dynsec", "--merge", _folder.PathOf("nope"));
        var output = await CapturedConsole.RunAsync("acl", "--boxes", "box07", "--output", _folder.PathOf("no/folder"));

        Assert.All([merge, missing, output], console => Assert.Equal((ExitCode.Failed, Nothing), (console.ExitCode, console.Output)));
        Assert.StartsWith($"{torn} is no file of the dynamic-security plugin: ", merge.Errors);
        Assert.Equal($"{_folder.PathOf("nope")} does not exist.\n", missing.Errors);
        Assert.StartsWith($"{_folder.PathOf("no/folder")} cannot be written: ", output.Errors);
    }

    [Fact]
    public async Task An_option_that_is_not_known_is_no_file()
    {
        var console = await CapturedConsole.RunAsync("acl", "box.json", "--user", "alice=admin");

        Assert.Equal(ExitCode.Usage, console.ExitCode);
        Assert.StartsWith("The option --user is not known (did you mean \"--users\"?).\n", console.Errors);
    }
}
