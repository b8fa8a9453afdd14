using Qmi.Edge.Runtime;
using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>The box checks the role itself: behind a broker with rules it is the second line, on a broker without the only one.</summary>
public class RoleTests
{
    private static readonly BridgeOptions Roles = new()
    {
        Roles = new Dictionary<string, RpcAccess> { ["obs"] = RpcAccess.Read, ["alice"] = RpcAccess.Control, ["adm"] = RpcAccess.Admin },
    };

    // What each may do: read, call, push settings, administer.
    private const string Table = """
        caller   get   call  push  admin
        obs      yes   no    no    no
        alice    yes   yes   yes   no
        adm      yes   yes   yes   yes
        nobody   yes   no    no    no
        """;

    [Theory]
    [InlineData("5")]
    [InlineData("311")]
    public async Task On_a_broker_without_rules_everybody_may_do_what_the_role_says(string version)
    {
        await using var given = new GivenBridge(Roles, version);
        var rows = Table.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();

        foreach (var row in rows.Skip(1))
        {
            var caller = row[0];
            Assert.Equal(
                $"{caller}: {string.Join(' ', row[1..])}",
                $"{caller}: {Ask(given, caller, "get", "get_name")} {Ask(given, caller, "call", "bump")} {Push(given, caller)} {Ask(given, caller, "admin", "force_unlock", """{"args":{"reason":"a test"}}""")}");
        }
    }

    [Fact]
    public async Task A_box_that_names_no_roles_is_usable_by_hand()
    {
        await using var given = new GivenBridge();

        Assert.Equal(("yes", "yes", "yes"), (Ask(given, "anybody", "call", "bump"), Push(given, "anybody"), Ask(given, "anybody", "admin", "force_unlock", """{"args":{"reason":"a test"}}""")));
        Assert.Equal("admin", Text(given.Ask("get", "whoami", caller: "anybody", target: "_box"), "result", "role"));
    }

    [Theory]
    [InlineData(RpcAccess.Read)]
    [InlineData(RpcAccess.Control)]
    [InlineData(RpcAccess.Admin)]
    public void Callers_that_are_not_named_have_the_default_role_when_there_is_one(RpcAccess role) =>
        Assert.Equal((role, RpcAccess.Control), ((Roles with { DefaultRole = role }).RoleOf("nobody"), (Roles with { DefaultRole = role }).RoleOf("alice")));

    [Fact]
    public async Task Whoever_is_refused_is_told_who_it_is_and_what_it_would_need()
    {
        await using var given = new GivenBridge(Roles);

        var refused = given.Ask("call", "bump", caller: "obs");

        Assert.Equal(("FORBIDDEN", "no", "obs may not use bump: it needs the role operator."), (Text(refused, "error", "code"), Text(refused, "error", "executed"), Text(refused, "error", "message")));
        Assert.Equal(("obs", "observer"), (Text(given.Ask("get", "whoami", caller: "obs", target: "_box"), "result", "caller"), Text(given.Ask("get", "whoami", caller: "obs", target: "_box"), "result", "role")));
        Assert.Equal(0, ((StageRunner)RunnerOf(given.StageName)).Bumps);
    }

    private static string Ask(GivenBridge given, string caller, string verb, string method, string? payload = null)
    {
        var reply = given.Ask(verb, method, payload, caller);
        return Text(reply, "ok") == "true" ? "yes" : Text(reply, "error", "code") == "FORBIDDEN" ? "no" : reply.GetRawText();
    }

    private static string Push(GivenBridge given, string caller)
    {
        given.Supervisor.Publish(given.Topic($"task/stage/push/{caller}"), $$$"""{"id":"{{{caller}}}-1","values":{"rate_hz":20}}""");
        var ack = given.Supervisor.WaitFor(given.Topic($"task/stage/ack/{caller}")).Json;
        return Text(ack, "state") != "rejected" ? "yes" : Text(ack, "code") == "FORBIDDEN" ? "no" : ack.GetRawText();
    }
}
