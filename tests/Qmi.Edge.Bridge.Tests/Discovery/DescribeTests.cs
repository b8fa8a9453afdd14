using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>How a box describes itself when it is asked, and how others know that they have heard it before.</summary>
public class DescribeTests
{
    [Fact]
    [Trait("rule", "MQTT-2.9.1")]
    public async Task The_hash_of_an_info_document_is_that_of_what_it_says()
    {
        await using var given = new GivenBridge();

        foreach (var topic in new[] { "info", "task/stage/info" })
        {
            var seen = given.Supervisor.WaitFor(given.Topic(topic));
            var document = JsonNode.Parse(seen.Payload)!.AsObject();
            var hash = document["hash"]!.GetValue<string>();
            foreach (var member in new[] { "hash", "v", "boot", "seq" })
                Assert.True(document.Remove(member));
            Assert.Equal(hash, ContentHash.Of(Encoding.UTF8.GetBytes(document.ToJsonString())));
        }
    }

    [Fact]
    [Trait("rule", "MQTT-2.9.1")]
    public void The_hash_changes_when_and_only_when_the_description_does()
    {
        var one = Laboratory.EdgeType.Describe("lab");

        Assert.Equal(DescriptionDocument.GetHash(one), DescriptionDocument.GetHash(Laboratory.EdgeType.Describe("other")));
        Assert.NotEqual(DescriptionDocument.GetHash(one), DescriptionDocument.GetHash(one with { Description = "Another one." }));
        Assert.NotEqual(DescriptionDocument.GetHash(one), DescriptionDocument.GetHash(one with { Methods = [.. one.Methods.Skip(1)] }));
    }

    [Fact]
    public async Task A_box_describes_itself_in_every_format()
    {
        await using var given = new GivenBridge(GivenDescription.Options);

        var native = Result(given, "{}");
        Assert.Equal(["_box", given.StageName], native.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.Empty(Validators.AsyncApi(Result(given, """{"args":{"format":"asyncapi"}}""").GetRawText()));
        Assert.Empty(Validators.Thing(Result(given, """{"args":{"format":"wot"}}""").GetRawText()));
        Assert.Empty(HomeAssistantRules.FindMistakes(Result(given, """{"args":{"format":"homeassistant"}}""")));
    }

    [Fact]
    public async Task A_box_describes_one_object_in_every_format()
    {
        await using var given = new GivenBridge();

        var native = Result(given, $$$"""{"args":{"object":"{{{given.StageName}}}"}}""");
        Assert.Equal("Qmi.Edge.Bridge.Tests.Stage", native.GetProperty("class").GetString());
        var channels = Result(given, $$$"""{"args":{"format":"asyncapi","object":"{{{given.StageName}}}"}}""").GetProperty("channels").EnumerateObject().Select(channel => channel.Name).ToArray();
        Assert.Contains($"{given.StageName}.bump", channels);
        Assert.DoesNotContain("_box.whoami", channels);
    }

    [Fact]
    public async Task A_format_that_is_not_known_is_answered_with_those_that_are()
    {
        await using var given = new GivenBridge();

        var reply = given.Ask("get", "describe", """{"args":{"format":"asynapi"}}""", target: "_box");

        Assert.Equal("BAD_ARGS", GivenBridge.Text(reply, "error", "code"));
        Assert.Contains("There is no format \"asynapi\" (did you mean \"asyncapi\"?); there are asyncapi, homeassistant, native, wot.", GivenBridge.Text(reply, "error", "message"));
        Assert.Equal("/format", reply.GetProperty("error").GetProperty("details").GetProperty("errors")[0].GetProperty("path").GetString());
    }

    private static JsonElement Result(GivenBridge given, string payload)
    {
        var reply = given.Ask("get", "describe", payload, target: "_box");
        Assert.Equal("true", GivenBridge.Text(reply, "ok"));
        return reply.GetProperty("result");
    }
}
