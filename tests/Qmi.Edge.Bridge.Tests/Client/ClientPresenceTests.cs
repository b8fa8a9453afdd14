using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public class ClientPresenceTests
{
    private const string Topic = "qmi/v1/client/alice/state";

    [Fact]
    public async Task A_client_says_that_it_is_there_and_leaves_a_will()
    {
        await using var given = await GivenScriptedClient.StartAsync();

        var presence = Assert.Single(given.Connection.Presence);
        Assert.Equal((Topic, true, "online", 1), (presence.Topic, presence.Retain, presence.Json.GetProperty("state").GetString(), presence.Json.GetProperty("conn").GetInt64()));
        var will = given.Will!(2)!;
        using var document = JsonDocument.Parse(will.Payload);
        Assert.Equal((Topic, true, "lost", 2), (will.Topic, will.Retain, document.RootElement.GetProperty("state").GetString(), document.RootElement.GetProperty("conn").GetInt64()));
        Assert.Equal(presence.Json.GetProperty("boot").GetString(), document.RootElement.GetProperty("boot").GetString());
    }

    [Theory]
    [InlineData("""{"state":"lost","boot":"another"}""")]
    [InlineData("""{"state":"offline","boot":"another"}""")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task The_end_of_another_process_of_the_same_user_is_put_right(string seen)
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Deliver(Topic, """{"state":"online","boot":"another"}""");
        Assert.Single(given.Connection.Presence);

        given.Connection.Deliver(Topic, seen);

        Assert.Equal("online", given.Connection.Presence[1].Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_client_that_ends_says_so_in_the_end()
    {
        var given = await GivenScriptedClient.StartAsync();

        await given.DisposeAsync();

        Assert.Equal(["online", "offline"], given.Connection.Presence.Select(presence => presence.Json.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task A_broker_that_does_not_let_the_user_in_is_not_asked_until_the_time_is_over()
    {
        var connection = new ScriptedConnection { ConnectsAtOnce = false };
        var connecting = EdgeClient.ConnectAsync(new EdgeClientOptions { Host = "broker", UserName = "alice", Connect = _ => connection }, TestContext.Current.CancellationToken);

        connection.Disconnect(MqttReason.BadUserNameOrPassword, wasConnected: false);

        var error = await GivenScriptedClient.FailsAsync(connecting);
        Assert.Equal(ErrorCode.Forbidden, error.Code);
        Assert.Contains("broker:1883 does not let alice in: wrong user name or password", error.Message);
        Assert.True(connection.HasEnded);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("_local")]
    [InlineData("Alice")]
    public async Task A_name_that_is_no_callers_is_refused(string name) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => EdgeClient.ConnectAsync(new EdgeClientOptions { Host = "broker", UserName = name }, TestContext.Current.CancellationToken));

    [Fact]
    public void Options_do_not_show_the_password() =>
        Assert.Equal("alice at broker:1883", new EdgeClientOptions { Host = "broker", UserName = "alice", Password = "secret" }.ToString());
}
