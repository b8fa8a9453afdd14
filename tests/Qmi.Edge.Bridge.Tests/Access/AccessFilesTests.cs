using System.Text;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>The files as people see them.</summary>
public class AccessFilesTests
{
    private static readonly AccessPlan Plan = new()
    {
        Prefix = "lab/qmi",
        Boxes = ["box07"],
        Users = [new("obs", RpcAccess.Read), new("alice", RpcAccess.Control), new("adm", RpcAccess.Admin)],
    };

    [Fact]
    public void An_acl_file_is_the_role_model_in_a_few_lines() =>
        Assert.Equal(
            """
            # Made by qmi-edge acl: make it again rather than change it, then send mosquitto a SIGHUP.
            # It needs allow_anonymous false, and names of boxes and users that differ.

            # Everybody whom the broker lets in
            pattern read lab/qmi/v1/box/+/state
            pattern read lab/qmi/v1/box/+/info
            pattern read lab/qmi/v1/box/+/health
            pattern read lab/qmi/v1/box/+/alarm/#
            pattern read lab/qmi/v1/box/+/log/#
            pattern read lab/qmi/v1/box/+/task/+/+
            pattern read lab/qmi/v1/box/+/task/+/sig/#
            pattern read lab/qmi/v1/box/+/task/+/ack/+
            pattern read lab/qmi/v1/box/+/instrument/+/+
            pattern read lab/qmi/v1/box/+/instrument/+/sig/#
            pattern read lab/qmi/v1/alias/+
            pattern write lab/qmi/v1/box/+/get/%u/#
            pattern read lab/qmi/v1/box/+/reply/%u/#
            pattern read lab/qmi/v1/box/+/task/+/push/%u
            pattern readwrite lab/qmi/v1/client/%u/#

            # box07: box
            user box07
            topic readwrite lab/qmi/v1/box/box07/#
            topic read lab/qmi/v1/client/+/state
            topic write lab/qmi/v1/client/+/reply/box07/#
            topic write lab/qmi/v1/alias/+

            # obs: observer
            user obs

            # alice: operator
            user alice
            topic write lab/qmi/v1/box/+/call/alice/#
            topic write lab/qmi/v1/box/+/task/+/push/alice

            # adm: admin
            user adm
            topic write lab/qmi/v1/box/+/call/adm/#
            topic write lab/qmi/v1/box/+/task/+/push/adm
            topic write lab/qmi/v1/box/+/admin/adm/#

            """,
            MosquittoAclFile.Write(Plan));

    [Fact]
    public void Roles_on_single_boxes_are_said_as_such()
    {
        var plan = Plan with { Prefix = "qmi", Boxes = ["box07", "box08"], Users = [new("alice", RpcAccess.Control, "box07"), new("alice", RpcAccess.Admin, "box08")] };

        Assert.EndsWith(
            """
            # alice: operator of box07, admin of box08
            user alice
            topic write qmi/v1/box/box07/call/alice/#
            topic write qmi/v1/box/box07/task/+/push/alice
            topic write qmi/v1/box/box08/call/alice/#
            topic write qmi/v1/box/box08/task/+/push/alice
            topic write qmi/v1/box/box08/admin/alice/#

            """,
            MosquittoAclFile.Write(plan));
    }

    [Fact]
    public void The_plugins_file_has_everybody_in_the_group_of_the_role_and_no_password()
    {
        var written = Dynsec(Plan);

        Assert.Equal(
            ["qmi-boxes: box07", "qmi-observers: obs", "qmi-operators: alice", "qmi-admins: adm"],
            Entries(written, "groups").Select(group => $"{Text(group, "groupname")}: {string.Join(", ", Entries(group, "clients").Select(client => Text(client, "username")))}"));
        Assert.All(Entries(written, "groups"), group => Assert.Equal("qmi-everybody", Text(Assert.Single(Entries(group, "roles")), "rolename")));
        Assert.Equal(["box07", "obs", "alice", "adm"], Entries(written, "clients").Select(client => Text(client, "username")));
        Assert.DoesNotContain("password", written.GetRawText(), StringComparison.Ordinal);
        Assert.All(Entries(written, "roles").SelectMany(role => Entries(role, "acls")), acl => Assert.DoesNotContain('%', Text(acl, "topic")));
    }

    [Fact]
    public void The_plugins_file_keeps_what_is_not_of_this_kind_and_passwords_and_lets_go_of_whoever_left()
    {
        var first = Dynsec(Plan);
        var withPasswords = JsonDocument.Parse(first.GetRawText()
            .Replace("\"username\": \"alice\",\n", "\"username\": \"alice\", \"password\": \"hash\", \"salt\": \"pepper\", \"iterations\": 101,\n", StringComparison.Ordinal)
            .Replace("\n  \"clients\": [", "\n  \"clients\": [ { \"username\": \"broker-admin\", \"roles\": [ { \"rolename\": \"admin\" } ] },", StringComparison.Ordinal)).RootElement;

        var second = Dynsec(Plan with { Boxes = ["box07", "box08"], Users = [new("alice", RpcAccess.Admin)] }, withPasswords);

        Assert.Equal(["broker-admin", "box07", "box08", "alice"], Entries(second, "clients").Select(client => Text(client, "username")));
        Assert.Equal(("hash", "pepper"), (Text(Entries(second, "clients").Last(), "password"), Text(Entries(second, "clients").Last(), "salt")));
        Assert.Equal(["qmi-everybody", "qmi-of-box07", "qmi-of-box08", "qmi-of-alice"], Entries(second, "roles").Select(role => Text(role, "rolename")));
        Assert.Equal(second.GetRawText(), Dynsec(Plan with { Boxes = ["box07", "box08"], Users = [new("alice", RpcAccess.Admin)] }, second).GetRawText());
    }

    [Theory]
    [InlineData("alice/bob", "\"alice/bob\" is no user name: it becomes one level of topics, and '/' would make two of it, of which the first may be somebody else.")]
    [InlineData("+", "\"+\" is no user name: '+' and '#' are wildcards of MQTT, with which a user would reach the topics of others.")]
    [InlineData("a#", "\"a#\" is no user name: '+' and '#' are wildcards of MQTT, with which a user would reach the topics of others.")]
    [InlineData("a\0", "\"a\\0\" is no user name: MQTT forbids U+0000.")]
    [InlineData("$SYS", "\"$SYS\" is no user name: a level that begins with '$' is the broker's own.")]
    [InlineData("_local", "\"_local\" is no user name: a leading '_' is kept for what Qmi.Edge does itself, such as _local.")]
    [InlineData("Alice B.", "\"Alice B.\" is no user name: use 1 to 63 lower-case letters, digits, '_' and '-', beginning with a letter or digit.")]
    [InlineData("", "\"\" is no user name: use 1 to 63 lower-case letters, digits, '_' and '-', beginning with a letter or digit.")]
    public void A_user_that_cannot_be_a_level_of_a_topic_is_told_why(string name, string mistake) =>
        Assert.Equal([mistake], (Plan with { Users = [new(name, RpcAccess.Read)] }).FindMistakes());

    [Fact]
    public void Every_mistake_in_the_names_is_told_once()
    {
        var plan = new AccessPlan { Boxes = ["box07", "Box8", "Box8", "box09"], Users = [new("box07", RpcAccess.Admin), new("b/b", RpcAccess.Read), new("b/b", RpcAccess.Control), new("box09", RpcAccess.Read)] };

        Assert.Equal(
            [
                "\"Box8\" is no box name: use 1 to 63 lower-case letters, digits, '_' and '-', beginning with a letter or digit.",
                CallerName.IsBox("box07"),
                CallerName.FindMistake("b/b")!,
                CallerName.IsBox("box09"),
            ],
            plan.FindMistakes());
        Assert.Equal(["No box is named: rules are made for at least one."], new AccessPlan().FindMistakes());
        Assert.Empty(Plan.FindMistakes());
    }

    private static JsonElement Dynsec(AccessPlan plan, JsonElement existing = default)
    {
        using var written = new MemoryStream();
        DynsecFile.Write(written, plan, existing);
        return JsonDocument.Parse(Encoding.UTF8.GetString(written.ToArray())).RootElement;
    }

    private static IEnumerable<JsonElement> Entries(JsonElement parent, string list) => parent.GetProperty(list).EnumerateArray();

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;
}
