using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Two boxes with one id on one real broker: the newer one stays, the older one keeps away, both say so, and they do not throw each other out for ever.</summary>
public sealed class DuplicateBoxTests : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly MosquittoBroker _broker = new("allow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0\nlog_type all");
    private readonly Supervisor _supervisor;
    private readonly List<GivenTwin> _boxes = [];

    public DuplicateBoxTests() => _supervisor = new Supervisor(_broker.Port, "qmi/v1/box/box07/#");

    public async ValueTask DisposeAsync()
    {
        foreach (var box in _boxes)
            await box.DisposeAsync();
        _supervisor.Dispose();
        _broker.Dispose();
    }

    [Theory]
    [InlineData("5")]
    [InlineData("311")]
    [Trait("rule", "MQTT-3.31")]
    public void The_newer_box_stays_the_older_one_keeps_away_and_both_raise_the_alarm(string version)
    {
        var older = Start(version);
        WaitForOnline(older);
        var newer = Start(version);

        WaitForAlarm(older, "started later");
        WaitForAlarm(newer, "started earlier");

        // No war: once each knows of the other nobody is thrown out any more, however often the older one looks.
        Assert.True(SpinWait.SpinUntil(() => Probes() >= 2, ChildProcess.Patience));
        var (connections, proofs) = (Connections(), Probes());
        Assert.InRange(connections, 2, 8);
        Assert.True(SpinWait.SpinUntil(() => Probes() >= proofs + 3, ChildProcess.Patience));
        Assert.Equal(connections, Connections());
        Assert.Contains(newer.Box.Boot, _supervisor.Newest("qmi/v1/box/box07/health")!);
        Assert.Contains(newer.Box.Boot, NewestState()!);
        Assert.True(older.IsRunning);
        Assert.Null(older.Session);
        Assert.Null(older.DataSession);
        Assert.NotNull(newer.DataSession);
        Assert.Equal("true", Text(_supervisor.Ask("box07", "get", "alice", newer.TaskName, "get_name"), "ok"));
    }

    [Fact]
    public async Task When_the_newer_box_has_gone_the_older_one_comes_back_and_its_alarm_goes()
    {
        var older = Start("5");
        WaitForOnline(older);
        var newer = Start("5");
        WaitForAlarm(older, "started later");

        await newer.DisposeAsync();

        var from = _supervisor.Seen.Count;
        WaitForOnline(older);
        Assert.True(SpinWait.SpinUntil(() => older.Box.Alarms.Find("duplicate-box-id") is null && older.DataSession is not null, ChildProcess.Patience));
        Assert.Equal("true", Text(_supervisor.Ask("box07", "get", "alice", older.TaskName, "get_name"), "ok"));
        _supervisor.WaitFor($"qmi/v1/box/box07/task/{older.TaskName}/state", from: from - 1);
    }

    [Fact]
    public void When_the_newer_box_is_killed_the_older_one_proves_it_and_comes_back()
    {
        var older = Start("5");
        WaitForOnline(older);
        var newer = Start("5");
        WaitForAlarm(older, "started later");

        // As good as killed: the broker still retains its "online", and nobody says goodbye.
        newer.Freeze();

        WaitForOnline(older);
        Assert.NotNull(older.Session);
    }

    [Fact]
    public void A_box_that_lost_its_id_carries_out_no_command()
    {
        var older = Start("5");
        WaitForOnline(older);
        var newer = Start("5");
        WaitForOnline(newer);
        WaitForAlarm(older, "started later");
        WaitForAlarm(newer, "started earlier");
        var from = older.Bumps;

        for (var call = 0; call < 20; call++)
            _supervisor.Ask("box07", "call", "alice", "twin", "bump", $$"""{"id":"{{call}}"}""");

        Assert.Equal((from, 20), (older.Bumps, newer.Bumps));
    }

    [Fact]
    public void A_stale_online_of_a_run_that_seems_newer_keeps_the_box_away_only_until_it_is_proven_dead()
    {
        // A machine without a clock of its own, and without a state folder: its last run seems to be of the future.
        _supervisor.Publish("qmi/v1/box/box07/state", """{"v":1,"state":"online","boot":"7ZZZZZZZZZZZZZZZZZZZZZZZZZ","conn":3,"since":"2099-01-01T00:00:00Z"}""", "-r");

        var box = Start("5");

        WaitForOnline(box);
        Assert.Null(box.Box.Alarms.Find("duplicate-box-id"));
        Assert.Equal((2, 1), (Connections(), Probes()));
    }

    [Theory]
    [InlineData("lost")]
    [InlineData("offline")]
    [InlineData("moved")]
    public void A_newer_run_that_is_gone_keeps_nobody_away(string state)
    {
        _supervisor.Publish("qmi/v1/box/box07/state", $$"""{"v":1,"state":"{{state}}","boot":"7ZZZZZZZZZZZZZZZZZZZZZZZZZ","conn":3}""", "-r");

        WaitForOnline(Start("5"));

        Assert.Equal((1, 0), (Connections(), Probes()));
    }

    [Fact]
    [Trait("rule", "MQTT-3.31")]
    public void Two_boxes_that_see_each_other_through_a_bridge_of_brokers_find_out_as_well()
    {
        // Neither throws the other out: they have different brokers. The topics of one reach the other.
        using var far = new MosquittoBroker($"allow_anonymous true\nset_tcp_nodelay true\nconnection bridge\naddress 127.0.0.1:{_broker.Port}\ntopic qmi/# both 1\nbridge_protocol_version mqttv50\ntry_private true\nrestart_timeout 1");
        var older = Start("5");
        WaitForOnline(older);
        var newer = Start("5", far);

        WaitForAlarm(older, "started later");
        WaitForAlarm(newer, "started earlier");
        // It says so first, and goes then.
        Assert.True(SpinWait.SpinUntil(() => older.Session is null, ChildProcess.Patience), "The older one stays.");
    }

    private void WaitForOnline(GivenTwin box) =>
        Assert.True(SpinWait.SpinUntil(() => NewestState() is { } state && state.Contains(box.Box.Boot, StringComparison.Ordinal) && (state.Contains("\"online\"", StringComparison.Ordinal) || state.Contains("\"degraded\"", StringComparison.Ordinal)), ChildProcess.Patience), $"{box.Box.Boot} is not online. {NewestState()}");

    // Without what the box that keeps away says of itself.
    private string? NewestState() => _supervisor.Seen.LastOrDefault(seen => seen.Topic == "qmi/v1/box/box07/state" && !seen.Payload.Contains("keeps away", StringComparison.Ordinal))?.Payload;

    private static void WaitForAlarm(GivenTwin box, string text) =>
        Assert.True(SpinWait.SpinUntil(() => box.Box.Alarms.Find("duplicate-box-id") is { Code: "DUPLICATE_BOX_ID" } alarm && alarm.Text.Contains(text, StringComparison.Ordinal), ChildProcess.Patience), $"No alarm \"{text}\" at {box.Box.Boot}");

    private int Connections() => CountOf("as box07 (");

    private int Probes() => CountOf("as box07-probe (");

    private int CountOf(string part) => _broker.Log.Split('\n').Count(line => line.Contains("New client connected", StringComparison.Ordinal) && line.Contains(part, StringComparison.Ordinal));

    private GivenTwin Start(string version, MosquittoBroker? broker = null)
    {
        var box = new GivenTwin((broker ?? _broker).Port, version, Period);
        _boxes.Add(box);
        return box;
    }
}
