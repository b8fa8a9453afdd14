namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>The checker can fail: a history in which one promise is broken is found to be so, and one in which none is, is not.</summary>
public class CheckerTests
{
    [Fact]
    public void A_history_in_which_every_promise_was_kept_passes() => Assert.Empty(Checker.FindBroken(Kept()));

    [Fact]
    public void Each_broken_promise_is_found()
    {
        Find("never answered", history => history.Requests.Enqueue(new EndedRequest("c-9", null, "", 3)));
        Find("never answered for good", history => history.Pushes.Enqueue(new EndedPush("p-9", null, null, null, 3)));
        Find("carried out 2 times", history => history.Done = [.. history.Done, "c-1"]);
        Find("never carried out", history => history.Requests.Enqueue(new EndedRequest("c-9", "ok", "yes", 1)));
        Find("not executed, and was carried out", history => history.Requests.Enqueue(new EndedRequest("c-1", "EXPIRED", "no", 1)));
        Find("in different ways", history => history.Replies.Enqueue(new SeenReply("c-1", "2")));
        Find("no reason", history => history.Pushes.Enqueue(new EndedPush("p-9", "rolled_back", null, 3, 3)));
        Find("was given to", history => history.Pushes.Enqueue(new EndedPush("p-9", "applied", null, 2, 20)));
        Find("reported after", history => history.Reported.Enqueue(new ReportedSettings(1, 10, 10)));
        Find("parts of two", history => history.Final = new ReportedSettings(3, 10, 20));
        Find("had asked for", history => history.Final = new ReportedSettings(2, 10, 10));
        Find("acknowledged as applied", history => history.Pushes.Enqueue(new EndedPush("p-9", "applied", null, 3, 30)));
        Find("held the lock", history => history.Claims.Enqueue(new LockClaim("l-2", 9, Second(1.5), Second(3))));
        Find("Fence 2 was given", history => history.Claims.Enqueue(new LockClaim("l-9", 2, Second(4), Second(5))));
        Find("came after fence", history => history.Claims.Enqueue(new LockClaim("l-1", 1, Second(4), Second(5))));
        Find("was told", history => history.Lost.Enqueue(new LostLock("l-1", 1, Second(1), Second(2), "{}")));
        Find("nobody looks after it", history => history.RetainedAfter = new HashSet<string> { "state", "task/ghost/info" });
        Find("not retained any more", history => history.RetainedAfter = new HashSet<string>());
        Find("earlier run", history => history.FromEarlierRuns = new HashSet<string> { "state" });
    }

    private static void Find(string part, Action<History> breakPromise)
    {
        var history = Kept();
        breakPromise(history);
        Assert.Contains(Checker.FindBroken(history), sentence => sentence.Contains(part, StringComparison.Ordinal));
    }

    private static History Kept() => new()
    {
        Requests = new([new("c-1", "ok", "yes", 2), new("c-2", "INTERRUPTED", "unknown", 1), new("c-3", "EXPIRED", "no", 1)]),
        Replies = new([new("c-1", "1"), new("c-1", "1")]),
        Done = ["c-1", "c-2"],
        Pushes = new([new("p-1", "superseded", null, 1, 10), new("p-2", "applied", null, 2, 20), new("r-1", "rejected", "CONFLICT", null, 30)]),
        Reported = new([new(0, 10, 30), new(2, 20, 20)]),
        Final = new(2, 20, 20),
        Claims = new([new("l-1", 1, Second(1), Second(2)), new("l-2", 2, Second(2), Second(3))]),
        RetainedBefore = new HashSet<string> { "state" },
        RetainedAfter = new HashSet<string> { "state", "task/stage/ack/p" },
    };

    private static TimeSpan Second(double seconds) => TimeSpan.FromSeconds(seconds);
}
