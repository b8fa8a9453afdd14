using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public sealed class HomeAssistantBridgeTests : IDisposable
{
    private const string Topic = "homeassistant/device/qmi_box07/config";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qmi-edge-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("5")]
    [InlineData("311")]
    [Trait("rule", "MQTT-2.9.2")]
    public async Task The_box_is_retained_as_one_device_and_does_what_Home_Assistant_sends(string version)
    {
        await using var given = new GivenBridge(Options(), version);
        using var homeAssistant = new Supervisor(given.Broker.Port, "homeassistant/#", version);

        var seen = homeAssistant.WaitFor(Topic);
        Assert.True(seen.Retain);
        Assert.True(HomeAssistantRules.IsDiscoveryTopic(seen.Topic));
        Assert.Empty(HomeAssistantRules.FindMistakes(seen.Json));
        given.Stage.Start();
        var rate = seen.Json.GetProperty("cmps").GetProperty($"{given.StageName}.number.rate_hz");
        var request = Validators.RenderCommands([(rate.GetProperty("command_template").GetString()!, "42.5")])[0];
        given.Supervisor.Publish(rate.GetProperty("command_topic").GetString()!, request);

        var settings = given.Supervisor.WaitFor(rate.GetProperty("state_topic").GetString()!, document => GivenBridge.Text(document, "reported", "values", "rate_hz") == "42.5");
        Assert.Equal("ha", GivenBridge.Text(settings.Json, "reported", "by"));
        Assert.Equal(["42.5"], Validators.RenderValues([(rate.GetProperty("value_template").GetString()!, settings.Payload)]));
        var stop = seen.Json.GetProperty("cmps").GetProperty($"{given.StageName}.button.stop");
        given.Supervisor.Publish(stop.GetProperty("command_topic").GetString()!, stop.GetProperty("payload_press").GetString());
        given.Supervisor.WaitFor(given.Topic("task/stage/state"), state => GivenBridge.Text(state, "state") == "stopped");
    }

    [Fact]
    public async Task The_status_of_a_task_that_rests_is_told_in_every_health_period()
    {
        await using var given = new GivenBridge(Options() with { HealthInterval = TimeSpan.FromMilliseconds(100) });

        Assert.True(SpinWait.SpinUntil(() => CountOf(given, "task/stage/status") > 5, ChildProcess.Patience));
    }

    [Fact]
    public async Task Who_does_not_opt_in_is_not_shown_and_says_nothing_twice()
    {
        await using var given = new GivenBridge(new BridgeOptions { HealthInterval = TimeSpan.FromMilliseconds(100) });
        using var homeAssistant = new Supervisor(given.Broker.Port, "homeassistant/#");

        Assert.True(SpinWait.SpinUntil(() => CountOf(given, "health") > 5, ChildProcess.Patience));
        Assert.Equal(1, CountOf(given, "task/stage/status"));
        Assert.DoesNotContain(homeAssistant.Seen, message => message.Topic == Topic);
    }

    [Fact]
    public async Task A_task_that_is_removed_is_removed_there_by_name()
    {
        await using var given = new GivenBridge(Options());
        using var homeAssistant = new Supervisor(given.Broker.Port, "homeassistant/#");
        homeAssistant.WaitFor(Topic);

        await given.Box.RemoveAsync(given.StageName);

        var document = homeAssistant.WaitFor(Topic, seen => Component(seen, $"{given.StageName}.sensor.turns") == """{"p":"sensor"}""").Json;
        Assert.All(document.GetProperty("cmps").EnumerateObject(), component => Assert.Equal(["p"], component.Value.EnumerateObject().Select(member => member.Name)));
        Assert.Empty(HomeAssistantRules.FindMistakes(document));
    }

    [Fact]
    public async Task What_the_run_before_has_shown_and_this_one_does_not_have_is_removed_once()
    {
        using var broker = new MosquittoBroker("allow_anonymous true");
        using var homeAssistant = new Supervisor(broker.Port, "homeassistant/#");

        await RunAsync(broker, homeAssistant, Options(), document => Component(document, "gauge-lab.button.stop")?.Length > 20, "gauge-lab", "lab");
        await RunAsync(broker, homeAssistant, Options(), document => Component(document, "gauge-lab.button.stop") == """{"p":"button"}""" && Component(document, "lab.button.stop")?.Length > 20, "lab");
        await RunAsync(broker, homeAssistant, Options(), document => Component(document, "gauge-lab.button.stop") is null && Component(document, "lab.button.stop")?.Length > 20, "lab");
    }

    [Fact]
    public async Task What_the_box_should_have_and_could_not_make_is_not_forgotten()
    {
        using var broker = new MosquittoBroker("allow_anonymous true");
        using var homeAssistant = new Supervisor(broker.Port, "homeassistant/#");
        var options = Options() with { Expected = [Laboratory.EdgeType.Describe("lab"), Laboratory.EdgeType.Describe("broken")] };

        await RunAsync(broker, homeAssistant, options, document => Component(document, "broken.button.stop")?.Length > 20 && Component(document, "lab.button.stop")?.Length > 20, "lab");
    }

    private static BridgeOptions Options() => new() { SoftwareVersion = "1.4.0", HomeAssistant = new HomeAssistantOptions { User = "ha" } };

    private static int CountOf(GivenBridge given, string topic) => given.Supervisor.Seen.Count(message => message.Topic == given.Topic(topic));

    private static string? Component(JsonElement document, string id) =>
        document.GetProperty("cmps").TryGetProperty(id, out var component) ? component.GetRawText() : null;

    // A box with a state folder, from its start to its end.
    private async Task RunAsync(MosquittoBroker broker, Supervisor homeAssistant, BridgeOptions options, Func<JsonElement, bool> expected, params string[] tasks)
    {
        var from = homeAssistant.Seen.Count;
        using var disk = new FolderDisk(_folder.FullName);
        await using var box = new EdgeBox("box07", new EdgeBoxOptions { State = disk });
        foreach (var task in tasks)
            box.MakeTask<Laboratory>(task);
        var connection = new MqttOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "box07", OutboxBytes = 4 << 20 };
        await using var bridge = new MqttBridge(box, Mosquitto.Connect(connection), options);
        bridge.Start();
        homeAssistant.WaitFor(Topic, expected, from);
        await box.StopAsync();
    }
}
