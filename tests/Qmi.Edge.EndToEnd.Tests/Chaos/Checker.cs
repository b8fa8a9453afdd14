namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>The five promises, checked against what was seen. Each broken one is a sentence.</summary>
internal static class Checker
{
    public static IReadOnlyList<string> FindBroken(History history) =>
    [
        .. FindMissingReplies(history),
        .. FindWrongExecutions(history),
        .. FindContradictions(history),
        .. FindLostPushes(history),
        .. FindDoubleLocks(history),
        .. FindOrphans(history),
    ];

    private static IEnumerable<string> FindMissingReplies(History history) =>
    [
        .. from request in history.Requests where request.Code is null select $"{request.Id} was sent {request.Attempts} times and never answered.",
        .. from push in history.Pushes where push.State is null select $"The push {push.Id} was never answered for good.",
    ];

    private static IEnumerable<string> FindWrongExecutions(History history)
    {
        var done = history.Done.GroupBy(id => id).ToDictionary(group => group.Key, group => group.Count());
        foreach (var (id, count) in done.Where(item => item.Value > 1))
            yield return $"{id} was carried out {count} times.";
        foreach (var request in history.Requests)
        {
            var count = done.GetValueOrDefault(request.Id);
            if (request.Code == "ok" && count == 0)
                yield return $"{request.Id} was answered ok and never carried out.";
            if (request is { Executed: "no", Code: not null } && count > 0)
                yield return $"{request.Id} was answered {request.Code}, not executed, and was carried out.";
        }
    }

    private static IEnumerable<string> FindContradictions(History history) =>
        from reply in history.Replies
        group reply.Answer by reply.Id into answers
        where answers.Distinct().Count() > 1
        select $"{answers.Key} was answered in different ways: {string.Join(" / ", answers.Distinct())}.";

    private static IEnumerable<string> FindLostPushes(History history)
    {
        foreach (var push in history.Pushes.Where(push => push.State is not (null or "applied" or "superseded") && (push.State, push.Code) is not ("rejected", "CONFLICT")))
            yield return $"The push {push.Id} became {push.State} {push.Code}, for which there was no reason.";
        var given = history.Pushes.Where(push => push.Revision is not null && push.State is "applied" or "superseded").ToLookup(push => push.Revision!.Value);
        foreach (var twice in given.Where(pushes => pushes.Count() > 1))
            yield return $"Revision {twice.Key} was given to {string.Join(" and ", twice.Select(push => push.Id))}.";

        var newest = 0L;
        foreach (var reported in history.Reported.Append(history.Final).OfType<ReportedSettings>())
        {
            if (reported.Revision < newest)
                yield return $"Revision {reported.Revision} was reported after revision {newest}.";
            newest = Math.Max(newest, reported.Revision);
            if (reported.Rate != reported.Tenths && reported.Revision > 0)
                yield return $"Revision {reported.Revision} was reported with parts of two pushes: {reported.Rate} and {reported.Tenths}.";
            foreach (var push in given[reported.Revision].Where(push => push.Value != reported.Rate))
                yield return $"Revision {reported.Revision} was reported with {reported.Rate}, and {push.Id} had asked for {push.Value}.";
        }

        var last = history.Pushes.Where(push => push.State == "applied").MaxBy(push => push.Revision);
        if (last is not null && history.Final?.Revision < last.Revision)
            yield return $"{last.Id} was acknowledged as applied with revision {last.Revision}, and the task has revision {history.Final.Revision}.";
    }

    private static IEnumerable<string> FindDoubleLocks(History history)
    {
        var claims = history.Claims.OrderBy(claim => claim.From).ToArray();
        for (var index = 0; index < claims.Length; index++)
        {
            var claim = claims[index];
            foreach (var other in claims[(index + 1)..].TakeWhile(other => other.From < claim.To).Where(other => other.Fence != claim.Fence))
                yield return $"{claim.Owner} held the lock with fence {claim.Fence} until {claim.To}, and {other.Owner} with fence {other.Fence} from {other.From}.";
        }

        foreach (var fence in claims.GroupBy(claim => claim.Fence).Where(fence => fence.Select(claim => claim.Owner).Distinct().Count() > 1))
            yield return $"Fence {fence.Key} was given to {string.Join(" and ", fence.Select(claim => claim.Owner).Distinct())}.";
        for (var index = 1; index < claims.Length; index++)
        {
            if (claims[index].Fence < claims[index - 1].Fence)
                yield return $"Fence {claims[index].Fence} came after fence {claims[index - 1].Fence}.";
        }

        foreach (var lost in history.Lost)
            yield return $"{lost.Owner} was told at {lost.At} that its lock was lost, and had it until {lost.ClaimedUntil}: {lost.Reply}";
    }

    private static IEnumerable<string> FindOrphans(History history) =>
    [
        .. from topic in history.RetainedAfter.Except(history.RetainedBefore) where !topic.Contains("/ack/", StringComparison.Ordinal) select $"{topic} is retained and nobody looks after it.",
        .. from topic in history.RetainedBefore.Except(history.RetainedAfter) select $"{topic} is not retained any more.",
        .. from topic in history.FromEarlierRuns select $"{topic} is from an earlier run of the box.",
    ];
}
