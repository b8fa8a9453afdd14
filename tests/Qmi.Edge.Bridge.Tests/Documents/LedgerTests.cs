using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>What a box left behind at a broker is found and cleared, whatever happened in between.</summary>
public class LedgerTests
{
    private readonly InMemoryBroker _broker = new();

    [Fact]
    [Trait("rule", "MQTT-3.30")]
    public async Task The_topics_of_a_task_that_is_not_configured_any_more_are_cleared_at_the_next_start()
    {
        var disk = new CrashingDisk();
        await RunAsync(disk, ["first", "second"]);
        Assert.Contains("qmi/v1/box/box07/task/second/settings", _broker.Retained.Keys);

        await RunAsync(disk, ["first"]);

        Assert.DoesNotContain(_broker.Retained.Keys, topic => topic.Contains("second", StringComparison.Ordinal));
        Assert.Equal(5, _broker.Topics("qmi/v1/box/box07/task/first/").Length);
    }

    [Fact]
    public async Task What_a_broker_that_was_killed_brings_back_after_it_was_cleared_is_cleared_again()
    {
        var disk = new CrashingDisk();
        await RunAsync(disk, ["first", "second"], alias: "east");
        var saved = _broker.Retained;
        await RunAsync(disk, ["first"], alias: "west");
        _broker.Restore(saved);

        await RunAsync(disk, ["first"], alias: "west");

        Assert.DoesNotContain(_broker.Retained.Keys, topic => topic.Contains("second", StringComparison.Ordinal));
        // The old friendly name is left alone: another box may have it by now.
        Assert.Equal(["qmi/v1/alias/east", "qmi/v1/alias/west"], _broker.Topics("qmi/v1/alias/"));
    }

    [Fact]
    public async Task Yesterdays_alarms_are_cleared()
    {
        var disk = new CrashingDisk();
        await RunAsync(disk, ["first"], whenOnline: box =>
        {
            box.Alarms.Raise("pump", AlarmSeverity.Warning, "PUMP_DRY", "The pump runs dry.");
            WaitFor(() => _broker.Retained.ContainsKey("qmi/v1/box/box07/alarm/pump"), "the alarm");
        });

        await RunAsync(disk, ["first"]);

        Assert.Empty(_broker.Topics("qmi/v1/box/box07/alarm/"));
    }

    [Fact]
    [Trait("rule", "MQTT-3.29")]
    public async Task A_box_with_another_id_says_at_the_old_state_where_it_has_gone_and_leaves_nothing_else()
    {
        var disk = new CrashingDisk();
        await RunAsync(disk, ["first"], box: "box07");
        await RunAsync(disk, ["first"], box: "box08");

        var old = Assert.Single(_broker.Topics("qmi/v1/box/box07/"));
        Assert.Equal("qmi/v1/box/box07/state", old);
        Assert.Contains("\"state\":\"moved\"", _broker.Retained[old]);
        Assert.Contains("\"to\":\"box08\",\"root\":\"qmi/v1/box/box08\"", _broker.Retained[old]);
        Assert.Equal(8, _broker.Topics("qmi/v1/box/box08/").Length);

        // Once more to another, and all the way back.
        await RunAsync(disk, ["first"], box: "box09");
        Assert.All(new[] { "box07", "box08" }, box => Assert.Contains("\"to\":\"box09\"", _broker.Retained[Assert.Single(_broker.Topics($"qmi/v1/box/{box}/"))]));
        await RunAsync(disk, ["first"], box: "box07");
        Assert.Equal(8, _broker.Topics("qmi/v1/box/box07/").Length);
        Assert.Contains("\"state\":\"offline\"", _broker.Retained["qmi/v1/box/box07/state"]);
        Assert.Contains("\"to\":\"box07\"", _broker.Retained["qmi/v1/box/box09/state"]);
    }

    [Fact]
    public async Task A_box_with_another_prefix_leaves_the_old_tree_behind_in_order()
    {
        var disk = new CrashingDisk();
        await RunAsync(disk, ["first"], prefix: "lab");
        await RunAsync(disk, ["first"], prefix: "plant");

        Assert.Equal(["lab/v1/box/box07/state"], _broker.Topics("lab/"));
        Assert.Contains("\"root\":\"plant/v1/box/box07\"", _broker.Retained["lab/v1/box/box07/state"]);
    }

    [Fact]
    [Trait("rule", "MQTT-3.28")]
    public async Task A_renamed_box_leaves_no_alias_behind_neither_at_once_nor_after_a_change_of_the_configuration()
    {
        var disk = new CrashingDisk();
        await RunAsync(disk, ["first"], alias: "east", whenOnline: box =>
        {
            Assert.Matches($$"""^\{"v":1,"boot":"{{box.Boot}}","seq":[1-9],"box":"box07"\}$""", _broker.Retained["qmi/v1/alias/east"]);
            box.Alias.RenameAsync("west").GetAwaiter().GetResult();
            WaitFor(() => _broker.Topics("qmi/v1/alias/") is ["qmi/v1/alias/west"], "the new alias alone");
        });
        await RunAsync(disk, ["first"], alias: "east");
        Assert.Equal(["qmi/v1/alias/west"], _broker.Topics("qmi/v1/alias/"));

        await RunAsync(disk, ["first"], alias: "south");
        Assert.Equal(["qmi/v1/alias/south"], _broker.Topics("qmi/v1/alias/"));
        await RunAsync(disk, ["first"], alias: "south", box: "box08");
        Assert.Matches("""^\{"v":1,"boot":"[0-9A-Z]{26}","seq":[1-9],"box":"box08"\}$""", _broker.Retained["qmi/v1/alias/south"]);
        await RunAsync(disk, ["first"], box: "box08");
        Assert.Empty(_broker.Topics("qmi/v1/alias/"));
    }

    [Fact]
    public async Task Home_Assistant_forgets_a_box_that_is_not_shown_there_any_more()
    {
        var disk = new CrashingDisk();
        await RunAsync(disk, ["first"], homeAssistant: "homeassistant");
        await RunAsync(disk, ["first"], homeAssistant: "ha");
        Assert.Equal(["ha/device/qmi_box07/config"], [.. _broker.Topics("ha/"), .. _broker.Topics("homeassistant/")]);

        await RunAsync(disk, ["first"]);
        Assert.Empty(_broker.Topics("ha/"));
    }

    [Fact]
    public async Task Whatever_the_broker_does_not_let_go_is_an_alarm_and_tried_again_at_the_next_start()
    {
        var disk = new CrashingDisk();
        await RunAsync(disk, ["first"], box: "box07");
        _broker.Judge = topic => topic.StartsWith("qmi/v1/box/box07/", StringComparison.Ordinal) ? MqttReason.NotAuthorized : MqttReason.Success;

        await RunAsync(disk, ["first"], box: "box08", awaitsClearing: false, whenOnline: box => WaitFor(() => box.Alarms.Find("ledger-not-cleared") is { Code: "LEDGER_NOT_CLEARED" }, "the alarm"));
        Assert.Equal(8, _broker.Topics("qmi/v1/box/box07/").Length);
        _broker.Judge = null;
        await RunAsync(disk, ["first"], box: "box08");

        Assert.Single(_broker.Topics("qmi/v1/box/box07/"));
    }

    [Fact]
    public async Task A_document_that_the_broker_refuses_is_an_alarm_that_names_it()
    {
        _broker.Judge = topic => topic.EndsWith("/status", StringComparison.Ordinal) ? MqttReason.NotAuthorized : MqttReason.Success;

        await RunAsync(new CrashingDisk(), ["first"], whenOnline: box =>
        {
            WaitFor(() => box.Alarms.Find("document-refused") is not null, "the alarm");
            Assert.Contains("qmi/v1/box/box07/task/first/status", box.Alarms.Find("document-refused")!.Text);
        });
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_costs_the_ledger_and_not_the_box()
    {
        var disk = new CrashingDisk();

        await RunAsync(disk, ["first"], whenMade: () => disk.IsBroken = true, whenOnline: box => Assert.Equal("LEDGER_NOT_SAVED", box.Alarms.Find("ledger-not-saved")?.Code));

        Assert.Equal(5, _broker.Topics("qmi/v1/box/box07/task/first/").Length);
    }

    [Fact]
    public async Task A_damaged_ledger_is_an_alarm_and_what_it_said_before_is_used()
    {
        var disk = new CrashingDisk();
        await RunAsync(disk, ["first", "second"]);
        await RunAsync(disk, ["first", "second", "third"]);
        disk.Flip("ledger", 100, 4);

        await RunAsync(disk, ["first"], whenOnline: box => Assert.Equal("LEDGER_RECOVERED", box.Alarms.Find("ledger-recovered")?.Code));

        Assert.DoesNotContain(_broker.Retained.Keys, topic => topic.Contains("second", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("rule", "MQTT-2.1.3")]
    public async Task Without_a_state_folder_an_object_that_is_removed_leaves_nothing_all_the_same()
    {
        await RunAsync(null, ["first", "second"], whenOnline: box =>
        {
            box.RemoveAsync("second").GetAwaiter().GetResult();
            WaitFor(() => _broker.Topics("qmi/v1/box/box07/task/second/").Length == 0, "the removed task to be forgotten");
        });
    }

    [Fact]
    public async Task A_task_made_anew_under_its_old_name_keeps_its_topics_and_its_numbers_go_on()
    {
        await RunAsync(new CrashingDisk(), ["first"], whenOnline: box =>
        {
            for (var round = 0; round < 20; round++)
            {
                var before = Sequence("qmi/v1/box/box07/task/first/info");
                box.RemoveAsync("first").GetAwaiter().GetResult();
                box.MakeTask<Stage>("first");
                WaitFor(() => _broker.Topics("qmi/v1/box/box07/task/first/").Length == 5 && Sequence("qmi/v1/box/box07/task/first/info") > before, "the task to be back");
            }
        });
    }

    [Fact]
    [Trait("rule", "MQTT-3.30")]
    public async Task After_a_power_cut_at_any_operation_of_the_disk_no_topic_is_orphaned()
    {
        var cuts = 0;
        for (var cut = 0; cut < 60; cut += 2)
        {
            var disk = new CrashingDisk(cut) { FailsAt = cut };
            bool IsPowered() => disk.FailsAt is not { } at || disk.Operations <= at;
            foreach (var (box, tasks, alias) in new[] { ("box07", new[] { "first", "second" }, "east"), ("box07", ["second", "third"], "west"), ("box08", ["first"], "west") })
            {
                if (IsPowered())
                    await RunAsync(disk, tasks, box, alias: alias, isPowered: IsPowered);
            }

            cuts += IsPowered() ? 0 : 1;
            disk.PowerUp();
            await RunAsync(disk, ["last"], "box09", alias: "south");

            var left = _broker.Retained.Keys.Where(topic => !topic.StartsWith("qmi/v1/box/box09/", StringComparison.Ordinal) && topic != "qmi/v1/alias/south").ToList();
            Assert.All(left, topic => Assert.EndsWith("/state", topic));
            Assert.All(left, topic => Assert.Contains("\"to\":\"box09\"", _broker.Retained[topic]));
            Assert.Equal(5, _broker.Topics("qmi/v1/box/box09/task/").Length);
        }

        Assert.InRange(cuts, 10, 30);
    }

    private long Sequence(string topic) => _broker.Retained.TryGetValue(topic, out var json) ? System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("seq").GetInt64() : 0;

    private static void WaitFor(Func<bool> condition, string what) => Assert.True(SpinWait.SpinUntil(condition, ChildProcess.Patience), $"Waited in vain for {what}.");

    private async Task RunAsync(CrashingDisk? disk, string[] tasks, string box = "box07", string prefix = "qmi", string? alias = null, string? homeAssistant = null, bool awaitsClearing = true, Func<bool>? isPowered = null, Action<EdgeBox>? whenOnline = null, Action? whenMade = null)
    {
        isPowered ??= () => true;
        EdgeBox? made = null;
        try
        {
            made = new EdgeBox(box, new EdgeBoxOptions { State = disk, Alias = alias });
        }
        catch (IOException) when (!isPowered())
        {
            // The power was cut before there was a box.
            return;
        }

        await using var edge = made;
        whenMade?.Invoke();
        foreach (var task in tasks)
            edge.MakeTask<Stage>(task);
        var bridge = new MqttBridge(edge, _broker.Connect(isPowered), new BridgeOptions { Prefix = prefix, HomeAssistant = homeAssistant is null ? null : new HomeAssistantOptions { Prefix = homeAssistant } });
        await using (bridge)
        {
            bridge.Start();
            var root = $"{prefix}/v1/box/{box}";
            WaitFor(() => !isPowered() || (_broker.Retained.TryGetValue($"{root}/state", out var state) && (state.Contains("\"online\"", StringComparison.Ordinal) || state.Contains("\"degraded\"", StringComparison.Ordinal)) && state.Contains(edge.Boot, StringComparison.Ordinal)), "online");
            if (isPowered())
                whenOnline?.Invoke(edge);
            if (awaitsClearing)
                WaitFor(() => !isPowered() || bridge.IsCleared, "the ledger to be cleared");
            await edge.StopAsync();
        }
    }
}
