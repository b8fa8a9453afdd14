using Qmi.Edge.Bridge;

namespace Qmi.Edge.Box.Tests;

public class ConfiguredDiscoveryTests
{
    [Fact]
    public void A_box_is_shown_to_nobody_who_did_not_ask() =>
        Assert.Null(GivenConfiguration.Read("""{"box":"cryo","mqtt":{"host":"h","discovery":{}}}""").Mqtt!.Bridge.HomeAssistant);

    [Theory]
    [InlineData("{}", "homeassistant", null)]
    [InlineData("""{"prefix":"ha/lab","user":"ha"}""", "ha/lab", "ha")]
    public void Home_Assistant_is_shown_values_and_with_a_user_controls(string homeAssistant, string prefix, string? user) =>
        Assert.Equal(
            new HomeAssistantOptions { Prefix = prefix, User = user },
            GivenConfiguration.Read("""{"box":"cryo","mqtt":{"host":"h","discovery":{"home_assistant":""" + homeAssistant + "}}}").Mqtt!.Bridge.HomeAssistant);

    [Fact]
    public void Its_names_are_checked() =>
        GivenConfiguration.AssertMistakes(
            """
            {"box":"cryo","mqtt":{"host":"h","discovery":{"home_assistant":{▸"prefix":"home assistant",▸"user":"a/b"},▸"homekit":{}}}}
            """,
            "/mqtt/discovery/home_assistant/prefix is \"home assistant\", which does not match ^[a-zA-Z0-9_-]+(/[a-zA-Z0-9_-]+)*$.",
            "\"a/b\" is no user name: it becomes one level of topics, and '/' would make two of it, of which the first may be somebody else.",
            "\"homekit\" is not known here; known are home_assistant.");

    [Fact]
    public void A_user_whose_controls_would_all_be_refused_is_a_mistake() =>
        GivenConfiguration.AssertMistakes(
            """
            {"box":"cryo","mqtt":{"host":"h","roles":{"alice":"operator"},"discovery":{"home_assistant":{▸"user":"ha"}}}}
            """,
            "\"ha\" may only look, and its controls would be refused: give it the role operator in \"roles\", or leave \"user\" away.");

    [Fact]
    public void The_broker_is_named_in_what_describes_the_box() =>
        Assert.Equal("broker.lab:8883", GivenConfiguration.Read("""{"box":"cryo","mqtt":{"host":"broker.lab","port":8883}}""").Mqtt!.Bridge.Broker);
}
