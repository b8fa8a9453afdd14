using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>The generated rules on a real broker, every cell of the table: who is given what, and who may publish where.</summary>
public class AccessMatrixTests
{
    private const string End = "qmi/v1/box/box07/state";

    // Some of them a broker may refuse; what counts is what is delivered.
    private static readonly string[] Filters = ["qmi/v1/#", "qmi/#", "homeassistant/#", "lab/#", "#"];

    public static TheoryData<Authentication, MqttProtocolVersion> Brokers { get; } = new(
        from authentication in Enum.GetValues<Authentication>()
        from version in Enum.GetValues<MqttProtocolVersion>()
        select (authentication, version));

    [Theory]
    [MemberData(nameof(Brokers))]
    [Trait("rule", "MQTT-2.12.1")]
    [Trait("rule", "MQTT-3.26")]
    public async Task Everybody_may_do_what_the_table_says_and_nothing_else(Authentication authentication, MqttProtocolVersion version)
    {
        Assert.SkipWhen(authentication == Authentication.DynamicSecurity && GivenAccess.Plugin is null, "mosquitto's dynamic-security plugin is not installed.");

        var found = await ProbeAsync(AccessMatrix.Plan, authentication, version);

        // Whom the plugin does not know has no rights at all; an acl_file lets everybody look who was let in.
        Assert.Equal(AccessMatrix.Expected(name => authentication != Authentication.DynamicSecurity || name != AccessMatrix.Guest), found);
    }

    [Fact]
    public async Task A_higher_role_opens_its_topics_and_no_other()
    {
        var plan = AccessMatrix.Plan with { Users = [.. AccessMatrix.Plan.Users.Where(user => user.Name != "obs"), new UserRole("obs", RpcAccess.Admin)] };

        var found = await ProbeAsync(plan, Authentication.Passwords, MqttProtocolVersion.V5);

        Assert.Equal(
            [
                "obs rw qmi/v1/box/box07/task/stage/push/obs",
                "obs w qmi/v1/box/box07/call/obs/stage/start",
                "obs w qmi/v1/box/box07/admin/obs/stage/force_unlock",
            ],
            found.Except(AccessMatrix.Expected()));
    }

    private static async Task<List<string>> ProbeAsync(AccessPlan plan, Authentication authentication, MqttProtocolVersion version)
    {
        await using var given = new GivenAccess(plan, authentication, version, AccessMatrix.Guest);
        var root = given.ConnectRoot().Subscribe("#");
        var clients = AccessMatrix.Names.ToDictionary(name => name, name => given.Connect(name));
        foreach (var client in clients.Values)
        {
            foreach (var filter in Filters)
                Assert.True(client.Connection.TrySubscribe(new MqttSubscription(filter)));
            client.Events.WaitForSubscriptions(Filters.Length);
        }

        var accepted = clients.ToDictionary(client => client.Key, client => PublishEverywhere(client.Value, client.Key));
        PublishEverywhere(root, "root");
        // The broker handles one message after the other: whoever has seen the last one has seen all.
        root.Publish(End, "end", MqttQos.AtLeastOnce);
        root.Events.WaitForMessage(message => message.Text == "end");
        var written = root.Events.Messages.Select(message => (message.Topic, message.Text)).ToHashSet();
        var read = clients.ToDictionary(client => client.Key, client => TopicsFrom("root", client.Value));

        foreach (var (name, topics) in accepted)
        {
            // On MQTT 5 whoever may not is told; 3.1.1 has no way to say it.
            Assert.Equal(version == MqttProtocolVersion.V5 ? AccessMatrix.Topics.Where(topic => written.Contains((topic, name))) : AccessMatrix.Topics, topics);
        }

        return [.. AccessMatrix.Found((topic, name) => read[name].Contains(topic), (topic, name) => written.Contains((topic, name)))];
    }

    /// <summary>Publishes to all topics and returns those that the broker said yes to.</summary>
    private static List<string> PublishEverywhere(TestClient client, string payload)
    {
        var before = client.Events.Acknowledgements.Length;
        for (var index = 0; index < AccessMatrix.Topics.Count; index++)
            client.Publish(AccessMatrix.Topics[index], payload, MqttQos.AtLeastOnce, token: index + 1);
        var answers = client.Events.WaitForAcknowledgements(before + AccessMatrix.Topics.Count)[before..];
        Assert.All(answers, answer => Assert.Contains(answer.Reason, new[] { MqttReason.Success, MqttReason.NotAuthorized }));
        return [.. answers.Where(answer => answer.Reason == MqttReason.Success).Select(answer => AccessMatrix.Topics[(int)answer.Token - 1])];
    }

    private static HashSet<string> TopicsFrom(string payload, TestClient client)
    {
        // Of the plugin's strangers nothing can be waited for: they are given nothing, not even the end.
        if (client.Events.Subscriptions.Any(answer => answer.Reason < MqttReason.UnspecifiedError))
            client.Events.WaitForMessage(message => message.Text == "end");
        return [.. client.Events.Messages.Where(message => message.Text == payload).Select(message => message.Topic)];
    }
}
