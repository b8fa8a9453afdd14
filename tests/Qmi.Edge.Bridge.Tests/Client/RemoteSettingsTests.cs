using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public class RemoteSettingsTests
{
    private const string Ack = "qmi/v1/box/box07/task/worker/ack/alice";
    private static readonly TimeSpan Patience = GivenScriptedClient.Patience;

    [Fact]
    public async Task A_push_is_sent_until_it_is_accepted_and_followed_until_its_outcome()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Worker.Channel.Timeout = TimeSpan.FromSeconds(10);
        var pushing = Task.Run(() => given.Worker.SetSettings(new WorkerSettings { Rate = 20 }), TestContext.Current.CancellationToken);
        var push = given.Request(1);
        Assert.Equal(("qmi/v1/box/box07/task/worker/push/alice", "replace", 20, false), (push.Topic, push.Json.GetProperty("mode").GetString(), push.Json.GetProperty("values").GetProperty("rate").GetDouble(), push.Retain));

        given.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(push.Payload, given.Request(2).Payload);
        Say(given, "another", 6, "applied");
        Say(given, push.Id, 7, "pending");
        var accepted = await pushing.WaitAsync(Patience, TestContext.Current.CancellationToken);
        given.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((7, false), (accepted.Revision, accepted.Outcome.IsCompleted));
        Say(given, push.Id, 7, "applied", "\"turn\":42");

        Assert.Equal(new SettingsOutcome(SettingsResult.Applied, 7, 42), await accepted.Outcome.WaitAsync(Patience, TestContext.Current.CancellationToken));
        GivenScriptedClient.Until(() => !given.Connection.Subscriptions.Contains(Ack), "nobody follows any more");
    }

    [Theory]
    [InlineData("superseded", SettingsResult.Superseded, null)]
    [InlineData("failed", SettingsResult.Failed, ErrorCode.TaskError)]
    [InlineData("rolled_back", SettingsResult.Failed, ErrorCode.TaskError)]
    public async Task What_becomes_of_a_push_is_told(string state, SettingsResult result, ErrorCode? code)
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var pushing = given.Worker.SetSettingsAsync(new WorkerSettings(), TestContext.Current.CancellationToken);
        var push = given.Request(1);

        Say(given, push.Id, 7, "pending");
        Say(given, push.Id, 7, state, """
            "code":"TASK_ERROR","message":"the gear refuses","executed":"unknown"
            """);
        var outcome = await pushing.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal((result, 7, code), (outcome.Result, outcome.Revision, outcome.Error?.Code));
    }

    [Fact]
    public async Task A_refusal_is_thrown_with_what_is_wrong()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var pushing = given.Worker.SetSettingsAsync(new WorkerSettings(), TestContext.Current.CancellationToken);

        Say(given, given.Request(1).Id, null, "rejected", """
            "code":"CONFLICT","message":"they changed","executed":"no","errors":[{"path":"/rate","code":"minimum","message":"m","limit":1}]
            """);
        var error = await GivenScriptedClient.FailsAsync(pushing);

        Assert.Equal((ErrorCode.Conflict, Executed.No, "they changed", 9L), (error.Code, error.Executed, error.Message, error.Details["head_rev"]));
        Assert.Equal([new("/rate", "minimum", "m", "1")], error.Violations);
    }

    [Fact]
    public async Task An_outcome_that_was_told_while_the_connection_was_away_is_read_afterwards()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var pushing = given.Worker.SetSettingsAsync(new WorkerSettings(), TestContext.Current.CancellationToken);
        var push = given.Request(1);
        Say(given, push.Id, 7, "pending");

        given.Connection.Disconnect();
        given.Connection.Connect();
        Assert.Contains(Ack, given.Connection.Subscriptions);
        Say(given, push.Id, 7, "applied", isRetained: true);

        Assert.Equal(SettingsResult.Applied, (await pushing.WaitAsync(Patience, TestContext.Current.CancellationToken)).Result);
    }

    [Fact]
    public async Task An_outcome_that_was_overwritten_while_the_connection_was_away_is_said_to_be_unknown()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var pushing = given.Worker.SetSettingsAsync(new WorkerSettings(), TestContext.Current.CancellationToken);
        Say(given, given.Request(1).Id, 7, "pending");

        given.Connection.Disconnect();
        given.Connection.Connect();
        Say(given, "another", 8, "applied", isRetained: true);
        var error = await GivenScriptedClient.FailsAsync(pushing);

        Assert.Equal((ErrorCode.Interrupted, Executed.Unknown), (error.Code, error.Executed));
        Assert.Contains("revision 7", error.Message);
    }

    [Fact]
    public async Task A_secret_that_was_read_masked_is_not_written_back()
    {
        await using var given = await GivenScriptedClient.StartAsync();

        _ = given.Worker.SetSettingsAsync(new WorkerSettings { Rate = 20, Password = "***" }, TestContext.Current.CancellationToken);
        _ = given.Worker.SetSettingsAsync(new WorkerSettings { Rate = 20, Password = "new" }, TestContext.Current.CancellationToken);

        var (masked, whole) = (given.Request(1).Json, given.Request(2).Json);
        Assert.Equal(("merge", false), (masked.GetProperty("mode").GetString(), masked.GetProperty("values").TryGetProperty("password", out _)));
        Assert.Equal(("replace", "new"), (whole.GetProperty("mode").GetString(), whole.GetProperty("values").GetProperty("password").GetString()));
    }

    [Fact]
    public async Task Settings_that_come_into_effect_are_a_signal_and_what_was_before_is_not()
    {
        const string Topic = "qmi/v1/box/box07/task/worker/settings";
        await using var given = await GivenScriptedClient.StartAsync();
        var receiver = new SignalReceiver<WorkerSettings>();
        given.Worker.SettingsUpdated.Subscribe(receiver);

        Show(given, Topic, 3, 30, isRetained: true);
        Show(given, Topic, 3, 30);
        Show(given, Topic, 4, 40);
        Show(given, Topic, 4, 40);
        given.Connection.Disconnect();
        given.Connection.Connect();
        Show(given, Topic, 5, 50, isRetained: true);

        Assert.Equal((0, 40), receiver.GetNextSignal(Patience) is var first ? (first.Sequence, first.Value.Rate) : default);
        Assert.Equal((1, 50), receiver.GetNextSignal(Patience) is var second ? (second.Sequence, second.Value.Rate) : default);
        Assert.Equal((0, 0), (receiver.Count, receiver.Lost));
    }

    private static void Show(GivenScriptedClient given, string topic, long revision, double rate, bool isRetained = false) => given.Connection.Deliver(
        topic,
        $$"""{"v":1,"boot":"A","seq":1,"head_rev":{{revision}},"reported":{"rev":{{revision}},"values":{"rate":{{rate}},"label":null,"password":"***"},"by":"bob","at":"2026-01-02T03:04:05.000000Z"},"pending":null}""",
        isRetained);

    private static void Say(GivenScriptedClient given, string id, long? revision, string state, string? more = null, bool isRetained = false) => given.Connection.Deliver(
        Ack,
        $$"""{"v":1,"boot":"A","seq":1,"id":"{{id}}",{{(revision is null ? "" : $"\"rev\":{revision},")}}"state":"{{state}}","at":"2026-01-02T03:04:05.000000Z","head_rev":9{{(more is null ? "" : "," + more)}}}""",
        isRetained);
}
