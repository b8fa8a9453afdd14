using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Locks with a lease, by the clock of the one who holds them.</summary>
public class RemoteLockTests
{
    private const string Document = "qmi/v1/box/box07/instrument/meter/lock";
    private const string Notices = "qmi/v1/box/box07/reply/alice/meter/_lock";
    private static readonly TimeSpan Patience = GivenScriptedClient.Patience;

    [Fact]
    public async Task A_held_lock_is_renewed_before_a_third_of_its_lease_is_left()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => Grant(given, request);
        await using var held = await given.Meter.LockAsync(note: "alignment", cancellationToken: TestContext.Current.CancellationToken);
        var asked = given.Request(1).Json.GetProperty("args");
        Assert.Equal(("alignment", 30_000, 0), (asked.GetProperty("note").GetString(), asked.GetProperty("lease_ms").GetInt64(), asked.GetProperty("wait_ms").GetInt64()));

        for (var renewal = 1; renewal <= 5; renewal++)
        {
            given.Time.Advance(TimeSpan.FromSeconds(10));
            var request = given.Request(1 + renewal);
            Assert.EndsWith("/renew", request.Topic);
            Assert.Equal(asked.GetProperty("token").GetString(), request.Json.GetProperty("lock").GetString());
            GivenScriptedClient.Until(() => given.Time.NextTimer == given.Time.Now + (10 * MonotonicTime.Second), "the answer was taken up");
        }

        Assert.False(held.Lost.IsCancellationRequested);
        Assert.Equal(18ul, held.Fence);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_renewed_is_lost_when_its_lease_is_over_and_not_before()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => Grant(given, request);
        await using var held = await given.Meter.LockAsync(cancellationToken: TestContext.Current.CancellationToken);
        given.Connection.Disconnect();

        given.Time.Advance(TimeSpan.FromMilliseconds(29_999));
        Assert.False(held.Lost.IsCancellationRequested);
        given.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.True(held.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_lease_is_counted_from_when_it_was_asked_for()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var locking = given.Meter.LockAsync(cancellationToken: TestContext.Current.CancellationToken);
        given.Time.Advance(TimeSpan.FromSeconds(4));
        Grant(given, given.Request(1));
        await using var held = await locking.WaitAsync(Patience, TestContext.Current.CancellationToken);
        given.Connection.Disconnect();

        given.Time.Advance(TimeSpan.FromSeconds(26));

        Assert.True(held.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_lock_that_was_waited_for_is_renewed_before_it_counts_as_held()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var locking = given.Meter.LockAsync(TimeSpan.FromMinutes(5), cancellationToken: TestContext.Current.CancellationToken);
        var request = given.Request(1);
        Assert.Equal((300_000, 305_000), (request.Json.GetProperty("args").GetProperty("wait_ms").GetInt64(), request.Json.GetProperty("timeout_ms").GetInt64()));
        given.Time.Advance(TimeSpan.FromMinutes(4));
        var repeated = given.Connection.Requests.Count;

        Grant(given, request);
        var renewal = given.Request(repeated + 1);
        Assert.EndsWith("/renew", renewal.Topic);
        Assert.False(locking.IsCompleted);
        given.Connection.Box = other => Grant(given, other);
        Grant(given, renewal);
        await using var held = await locking.WaitAsync(Patience, TestContext.Current.CancellationToken);

        given.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(held.Lost.IsCancellationRequested);
    }

    [Theory]
    [InlineData("LOCK_LOST")]
    [InlineData("LOCK_REQUIRED")]
    [InlineData("LOCKED")]
    [InlineData("NO_SUCH_OBJECT")]
    public async Task A_lock_is_lost_when_a_renewal_is_refused(string code)
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => Grant(given, request);
        await using var held = await given.Meter.LockAsync(cancellationToken: TestContext.Current.CancellationToken);
        given.Connection.Box = request => given.Connection.ReplyError(request, code);

        given.Time.Advance(TimeSpan.FromSeconds(10));

        GivenScriptedClient.Until(() => held.Lost.IsCancellationRequested, "the lock is lost");
    }

    [Theory]
    [InlineData("""{"locked":true,"fence":19,"owner":"bob"}""", true)]
    [InlineData("""{"locked":false,"fence":18}""", true)]
    [InlineData("""{"locked":true,"fence":18,"owner":"alice"}""", false)]
    [InlineData("""{"locked":false,"fence":17}""", false)]
    [InlineData("""{"locked":true,"fence":17,"owner":"bob"}""", false)]
    public async Task What_the_lock_document_says_counts_at_once_unless_it_is_old(string document, bool isLost)
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => Grant(given, request);
        await using var held = await given.Meter.LockAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains(Document, given.Connection.Subscriptions);

        given.Connection.Deliver(Document, document);
        given.Connection.Deliver(Document, "{}");
        GivenScriptedClient.Until(() => held.Lost.IsCancellationRequested || given.Client.Statistics.Unreadable == 1, "both were read");

        Assert.Equal(isLost, held.Lost.IsCancellationRequested);
    }

    [Theory]
    [InlineData("forced", 18, true)]
    [InlineData("expired", 18, true)]
    [InlineData("removed", 18, true)]
    [InlineData("overridden", 18, false)]
    [InlineData("forced", 17, false)]
    public async Task What_the_owner_of_a_lock_is_told_counts_at_once_unless_it_is_of_an_older_one(string what, int fence, bool isLost)
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => Grant(given, request);
        await using var held = await given.Meter.LockAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains(Notices, given.Connection.Subscriptions);

        given.Connection.Deliver(Notices, $$"""{"v":1,"box":"box07","object":"meter","event":"{{what}}","owner":"alice","fence":{{fence}}}""");
        given.Connection.Deliver(Notices, "{}");
        GivenScriptedClient.Until(() => held.Lost.IsCancellationRequested || given.Client.Statistics.Unreadable == 1, "both were read");

        Assert.Equal(isLost, held.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_lock_that_has_a_new_number_since_its_box_was_restarted_is_held_on_under_that_number()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => Grant(given, request);
        await using var held = await given.Meter.LockAsync(cancellationToken: TestContext.Current.CancellationToken);
        given.Connection.Box = request => Grant(given, request, fence: 1018);

        given.Connection.Deliver(Document, """{"locked":true,"fence":1018,"owner":"alice","state":"recovering"}""");

        var renewal = given.Request(2);
        Assert.EndsWith("/renew", renewal.Topic);
        Assert.Equal(18, renewal.Json.GetProperty("fence").GetInt32());
        GivenScriptedClient.Until(() => held.Fence == 1018, "it has the new number");
        Assert.False(held.Lost.IsCancellationRequested);
    }

    [Fact]
    [Trait("rule", "MQTT-3.32")]
    public async Task A_lock_that_the_same_user_holds_by_another_program_now_is_lost()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => Grant(given, request);
        await using var held = await given.Meter.LockAsync(cancellationToken: TestContext.Current.CancellationToken);
        given.Connection.Box = request => given.Connection.ReplyError(request, "LOCK_LOST");

        given.Connection.Deliver(Document, """{"locked":true,"fence":19,"owner":"alice","state":"held"}""");

        GivenScriptedClient.Until(() => held.Lost.IsCancellationRequested, "the lock is lost");
    }

    [Fact]
    public async Task A_lock_is_bound_to_its_client_when_that_is_asked_for()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => Grant(given, request);

        await using var bound = await given.Meter.LockAsync(bind: true, cancellationToken: TestContext.Current.CancellationToken);
        await using var free = await given.Client.GetProxy<MeterProxy>("box07", "meter").LockAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(given.Request(1).Json.GetProperty("args").GetProperty("bind").GetBoolean());
        Assert.False(given.Request(2).Json.GetProperty("args").TryGetProperty("bind", out _));
    }

    [Fact]
    public async Task Disposing_gives_the_lock_back_and_nothing_is_renewed_or_watched_any_more()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => Grant(given, request);
        var held = await given.Meter.LockAsync(cancellationToken: TestContext.Current.CancellationToken);

        await held.DisposeAsync();
        given.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(["lock", "unlock"], given.Connection.Requests.Select(request => request.Topic.Split('/')[^1]));
        Assert.DoesNotContain(Document, given.Connection.Subscriptions);
        Assert.DoesNotContain(Notices, given.Connection.Subscriptions);
        Assert.False(held.Lost.IsCancellationRequested);
        Assert.Equal(JsonTokenOf(given.Request(1)), JsonTokenOf(given.Request(2)));
    }

    [Fact]
    public async Task A_box_that_does_not_answer_does_not_hold_up_who_gives_a_lock_back()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => Grant(given, request);
        var held = await given.Meter.LockAsync(cancellationToken: TestContext.Current.CancellationToken);
        given.Connection.Box = null;

        var disposing = held.DisposeAsync().AsTask();
        given.Request(2);
        given.Time.Advance(TimeSpan.FromSeconds(6));

        await disposing.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Who_does_not_wait_for_a_lock_any_more_leaves_none_behind()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        using var cancelling = new CancellationTokenSource();
        var locking = given.Meter.LockAsync(TimeSpan.FromMinutes(1), cancellationToken: cancelling.Token);
        var request = given.Request(1);

        await cancelling.CancelAsync();
        await GivenScriptedClient.FailsAsync(locking);

        given.Request(3);
        Assert.Equal(["op_cancel", "unlock"], given.Connection.Requests.Skip(1).Select(other => other.Topic.Split('/')[^1]));
        Assert.Equal(JsonTokenOf(request), JsonTokenOf(given.Request(3)));
    }

    [Fact]
    public async Task A_lock_that_QMI_code_takes_is_renewed_until_it_unlocks()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => Grant(given, request);

        Assert.True(given.Meter.Lock());
        given.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.EndsWith("/renew", given.Request(2).Topic);
        Assert.True(given.Meter.Unlock());
        given.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(3, given.Connection.Requests.Count);
    }

    private static string? JsonTokenOf(ClientPublication request) => request.Json.GetProperty("args").GetProperty("token").GetString();

    private static void Grant(GivenScriptedClient given, ClientPublication request, int fence = 18) => given.Connection.ReplyResult(request, request.Topic.EndsWith("/unlock", StringComparison.Ordinal)
        ? "true"
        : $$"""{"token":"{{(request.Topic.EndsWith("/lock", StringComparison.Ordinal) ? JsonTokenOf(request) : request.Json.GetProperty("lock").GetString())}}","fence":{{fence}},"lease_ms":30000,"expires_in_ms":30000}""");
}
