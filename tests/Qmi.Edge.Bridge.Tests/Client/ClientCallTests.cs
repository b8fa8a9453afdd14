using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public class ClientCallTests
{
    private static readonly TimeSpan Patience = GivenScriptedClient.Patience;

    [Fact]
    [Trait("rule", "MQTT-3.27")]
    public async Task A_request_has_everything_in_its_JSON_and_again_in_its_properties()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Meter.Channel.Timeout = TimeSpan.FromMilliseconds(2500);

        var call = given.Meter.SetValueAsync(1.5, TestContext.Current.CancellationToken);
        var request = given.Request(1);

        Assert.Equal("qmi/v1/box/box07/call/alice/meter/set_value", request.Topic);
        Assert.Equal(["id", "reply_to", "timeout_ms", "args"], request.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal((2500, 1.5), (request.Json.GetProperty("timeout_ms").GetInt64(), request.Json.GetProperty("args").GetProperty("value").GetDouble()));
        Assert.Equal((request.Id, request.Json.GetProperty("reply_to").GetString(), 3u), (request.Correlation, request.ResponseTopic, request.Expiry));
        Assert.StartsWith("qmi/v1/client/alice/reply/box07/", request.ResponseTopic);
        Assert.True(request.Id.Length <= 64);
        given.Connection.ReplyResult(request, "null");
        await call.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_request_without_an_answer_is_sent_again_with_the_same_id_and_answered_once()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var call = given.Meter.GetValueAsync(TestContext.Current.CancellationToken);
        var first = given.Request(1);

        given.Time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Single(given.Connection.Requests);
        given.Time.Advance(TimeSpan.FromMilliseconds(1));
        given.Time.Advance(TimeSpan.FromMilliseconds(2000));

        Assert.Equal(3, given.Connection.Requests.Count);
        Assert.Equal([first.Id], given.Connection.Requests.Select(request => request.Id).Distinct());
        Assert.Equal([5000, 4000, 2000], given.Connection.Requests.Select(request => request.Json.GetProperty("timeout_ms").GetInt64()));
        given.Connection.ReplyResult(given.Request(3), "1.5");
        given.Connection.ReplyResult(given.Request(3), "2.5");
        Assert.Equal(1.5, await call.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal((2, 1), (given.Client.Statistics.Repeated, given.Client.Statistics.UnexpectedReplies));
    }

    [Fact]
    public async Task A_new_connection_brings_what_waits_again_after_what_is_listened_to()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var call = given.Meter.GetValueAsync(TestContext.Current.CancellationToken);
        var first = given.Request(1);

        given.Connection.Acknowledge(first, MqttReason.ConnectionLost);
        given.Connection.Disconnect();
        given.Connection.Box = request =>
        {
            Assert.Contains($"qmi/v1/client/alice/reply/+/{first.Id.Split('-')[0]}/+", given.Connection.Subscriptions);
            given.Connection.ReplyResult(request, "1.5");
        };
        given.Connection.Connect();

        Assert.Equal(1.5, await call.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(first.Id, given.Request(2).Id);
    }

    [Fact]
    public async Task What_a_full_connection_does_not_take_is_sent_when_there_is_room()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.HasRoom = false;
        var call = given.Meter.GetValueAsync(TestContext.Current.CancellationToken);
        Assert.Empty(given.Connection.Requests);

        given.Connection.MakeRoom();

        given.Connection.ReplyResult(given.Request(1), "1.5");
        Assert.Equal(1.5, await call.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(0, given.Client.Statistics.Repeated);
    }

    [Fact]
    public async Task A_box_that_does_not_answer_leaves_it_open_what_it_did()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var call = given.Meter.SetValueAsync(1, TestContext.Current.CancellationToken);
        var request = given.Request(1);

        given.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(call.IsCompleted);
        given.Time.Advance(TimeSpan.FromSeconds(1));
        var error = await GivenScriptedClient.FailsAsync(call);

        Assert.Equal((ErrorCode.Timeout, Executed.Unknown, request.Id), (error.Code, error.Executed, error.Details["op"]));
        Assert.Contains("box07 has not answered meter.set_value within 5 s", error.Message);
    }

    [Fact]
    public async Task The_answer_that_the_box_gives_at_the_deadline_is_still_heard()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var call = given.Meter.SetValueAsync(1, TestContext.Current.CancellationToken);
        var request = given.Request(1);

        given.Time.Advance(TimeSpan.FromSeconds(5.5));
        given.Connection.ReplyError(request, "EXPIRED");

        Assert.Equal((ErrorCode.Expired, Executed.No), await GivenScriptedClient.FailsAsync(call) is var error ? (error.Code, error.Executed) : default);
    }

    [Fact]
    public async Task What_was_never_sent_was_not_done()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Disconnect();
        var call = given.Meter.SetValueAsync(1, TestContext.Current.CancellationToken);

        given.Time.Advance(TimeSpan.FromSeconds(5));
        var error = await GivenScriptedClient.FailsAsync(call);

        Assert.Equal((ErrorCode.Expired, Executed.No), (error.Code, error.Executed));
        Assert.Contains("the connection broke", error.Message);
        Assert.Empty(given.Connection.Requests);
    }

    [Fact]
    public async Task A_box_that_is_not_there_has_done_nothing_unless_it_comes_in_time()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => given.Connection.Acknowledge(request, MqttReason.NoMatchingSubscribers);
        var call = given.Meter.SetValueAsync(1, TestContext.Current.CancellationToken);
        given.Time.Advance(TimeSpan.FromSeconds(5));
        var error = await GivenScriptedClient.FailsAsync(call);
        Assert.Equal((ErrorCode.Expired, Executed.No), (error.Code, error.Executed));
        Assert.Contains("nobody at the broker listens", error.Message);

        call = given.Meter.SetValueAsync(1, TestContext.Current.CancellationToken);
        given.Connection.Box = request => given.Connection.ReplyResult(request, "null");
        given.Time.Advance(TimeSpan.FromSeconds(1));
        await call.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_broker_that_refuses_is_believed_at_once()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => given.Connection.Acknowledge(request, MqttReason.NotAuthorized);

        var error = await GivenScriptedClient.FailsAsync(given.Meter.SetValueAsync(1, TestContext.Current.CancellationToken));

        Assert.Equal((ErrorCode.Forbidden, Executed.No, 0), (error.Code, error.Executed, given.Time.Now));
        Assert.Contains("alice", error.Message);
    }

    [Fact]
    public async Task A_busy_box_is_asked_again_with_the_same_id_after_the_time_that_it_names()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var call = given.Meter.SetValueAsync(1, TestContext.Current.CancellationToken);
        given.Connection.ReplyError(given.Request(1), "BUSY", "\"retry_after_ms\":100,\"details\":{}");

        // It waits between one and two times as long.
        GivenScriptedClient.Until(() => { given.Time.Advance(TimeSpan.FromMilliseconds(10)); return given.Connection.Requests.Count == 2; }, "it was asked again");

        Assert.InRange(given.Time.Now / MonotonicTime.Millisecond, 100, 4900);
        Assert.Equal(given.Request(1).Id, given.Request(2).Id);
        given.Connection.ReplyResult(given.Request(2), "null");
        await call.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_box_that_is_busy_for_longer_than_there_is_time_is_not_asked_again()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => given.Connection.ReplyError(request, "BUSY", "\"retry_after_ms\":60000,\"details\":{}");

        var error = await GivenScriptedClient.FailsAsync(given.Meter.SetValueAsync(1, TestContext.Current.CancellationToken));

        Assert.Equal((ErrorCode.Busy, TimeSpan.FromMinutes(1)), (error.Code, error.RetryAfter));
        Assert.Single(given.Connection.Requests);
    }

    [Fact]
    public async Task Replies_that_are_none_are_ignored_and_counted()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var call = given.Meter.GetValueAsync(TestContext.Current.CancellationToken);
        var request = given.Request(1);
        var topic = request.ResponseTopic;

        given.Connection.Deliver(topic.Replace("box07", "box08", StringComparison.Ordinal), $$"""{"id":"{{request.Id}}","ok":true,"result":9}""");
        given.Connection.Deliver(topic + "1", "{}");
        given.Connection.Deliver(topic, "{no JSON");
        GivenScriptedClient.Until(() => given.Client.Statistics.Unreadable == 1, "the first was read");
        given.Connection.Deliver(topic, """{"id":"another","ok":true,"result":9}""");
        GivenScriptedClient.Until(() => given.Client.Statistics.Unreadable == 2, "the second was read");
        given.Connection.Reply(request, """
            "ok":true,"final":false,"progress":0.5
            """);
        Assert.True(SpinWait.SpinUntil(() => { given.Connection.ReplyResult(request, "1.5"); return call.IsCompleted; }, Patience));

        Assert.Equal(1.5, await call);
        Assert.True(given.Client.Statistics.UnexpectedReplies >= 2);
    }

    [Fact]
    public async Task Cancelling_ends_the_waiting_at_once_and_tells_the_box()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        using var cancelling = new CancellationTokenSource();
        var call = given.Meter.SetValueAsync(1, cancelling.Token);
        var request = given.Request(1);

        await cancelling.CancelAsync();
        var error = await GivenScriptedClient.FailsAsync(call);

        Assert.Equal((ErrorCode.Cancelled, Executed.Unknown), (error.Code, error.Executed));
        var cancel = given.Request(2);
        Assert.Equal("qmi/v1/box/box07/call/alice/_box/op_cancel", cancel.Topic);
        Assert.Equal(request.Id, cancel.Json.GetProperty("args").GetProperty("op").GetString());
        given.Connection.ReplyError(cancel, "NO_SUCH_METHOD");
    }

    [Fact]
    public async Task What_is_cancelled_before_it_was_sent_was_not_done()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Disconnect();

        var error = await GivenScriptedClient.FailsAsync(given.Meter.SetValueAsync(1, new CancellationToken(canceled: true)));

        Assert.Equal((ErrorCode.Cancelled, Executed.No), (error.Code, error.Executed));
    }

    [Fact]
    public async Task Stopping_a_task_ends_its_call_across_the_broker()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        await using var box = new EdgeBox("here", new EdgeBoxOptions { TimeProvider = given.Time });
        new Script { Run = _ => given.Meter.SetValue(1) }.Play("caller");
        var task = box.MakeTask<Worker>("caller");
        task.Start();
        given.Request(1);

        task.Stop();
        await task.JoinAsync().WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(StopReason.Requested, task.Life.Reason);
        Assert.EndsWith("op_cancel", given.Request(2).Topic);
    }

    [Fact]
    public async Task A_disposed_client_answers_all_who_wait()
    {
        var given = await GivenScriptedClient.StartAsync();
        var calls = Enumerable.Range(0, 10).Select(_ => given.Meter.GetValueAsync(TestContext.Current.CancellationToken)).ToArray();
        var push = given.Worker.SetSettingsAsync(new WorkerSettings(), TestContext.Current.CancellationToken);
        given.Request(11);

        await given.Client.DisposeAsync();

        foreach (var call in calls)
            Assert.Equal((ErrorCode.Cancelled, Executed.Unknown), await GivenScriptedClient.FailsAsync(call) is var error ? (error.Code, error.Executed) : default);
        Assert.Equal(ErrorCode.Cancelled, (await GivenScriptedClient.FailsAsync(push)).Code);
        Assert.Equal((ErrorCode.Cancelled, Executed.No), await GivenScriptedClient.FailsAsync(given.Meter.GetValueAsync(TestContext.Current.CancellationToken)) is var late ? (late.Code, late.Executed) : default);
        Assert.True(given.Connection.HasEnded);
    }

    [Fact]
    [Trait("rule", "MQTT-3.20")]
    public async Task More_calls_than_are_allowed_are_told_so()
    {
        await using var given = await GivenScriptedClient.StartAsync(change: options => options with { MaximumPendingCalls = 3 });
        var calls = Enumerable.Range(0, 3).Select(_ => given.Meter.GetValueAsync(TestContext.Current.CancellationToken)).ToArray();

        var error = await GivenScriptedClient.FailsAsync(given.Meter.GetValueAsync(TestContext.Current.CancellationToken));

        Assert.Equal((ErrorCode.Busy, Executed.No), (error.Code, error.Executed));
        given.Connection.ReplyResult(given.Request(1), "1");
        await calls[0].WaitAsync(Patience, TestContext.Current.CancellationToken);
        _ = given.Meter.GetValueAsync(TestContext.Current.CancellationToken);
        given.Request(4);
    }

    [Fact]
    public async Task An_answer_of_another_type_is_told_as_what_it_is()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => given.Connection.ReplyResult(request, "\"much\"");

        var error = await GivenScriptedClient.FailsAsync(given.Meter.GetValueAsync(TestContext.Current.CancellationToken));

        Assert.Equal((ErrorCode.UnsupportedVersion, Executed.Yes), (error.Code, error.Executed));
        Assert.Contains("meter.get_value", error.Message);
    }

    [Fact]
    public async Task A_join_without_end_asks_again_as_long_as_the_box_answers()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var joining = given.Worker.JoinAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(60_000, given.Request(1).Json.GetProperty("timeout_ms").GetInt64());

        given.Connection.ReplyError(given.Request(1), "TIMEOUT");
        given.Connection.ReplyResult(given.Request(2), """{"state":"stopped"}""");

        await joining.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.NotEqual(given.Request(1).Id, given.Request(2).Id);
    }
}
