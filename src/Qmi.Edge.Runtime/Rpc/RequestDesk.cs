using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Takes all requests that come to a box from outside. Each gets exactly one final answer; one that changes something is carried out once,
/// however often it arrives, and is remembered through a restart when the box has a state folder.
/// </summary>
public sealed partial class RequestDesk : IDisposable
{
    private const long SameMoment = 250 * MonotonicTime.Millisecond;
    private static readonly TimeSpan BusyRetry = TimeSpan.FromSeconds(1);

    private readonly EdgeBox _box;
    private readonly ILogger _logger;
    private readonly RequestJournal _journal;
    private readonly CallerRates _rates;
    private readonly LargeResults _large;
    private long _minted;

    internal RequestDesk(EdgeBox box, RequestOptions options, ILogger logger)
    {
        (_box, Options, _logger) = (box, options, logger);
        _journal = new RequestJournal(options, box.TimeProvider, box.State);
        Pushes = new PushJournal(_journal);
        _rates = new CallerRates(options.RequestsPerSecond, options.Burst, box.TimeProvider);
        _large = new LargeResults(options.LargeResultBytes);
        if (_journal.Damage is { } damage)
            box.Alarms.Raise("journal", AlarmSeverity.Error, "JOURNAL_DAMAGED", damage);
        OperationMethods.AddTo(box, _journal, _large, options);
    }

    /// <summary>How requests are treated.</summary>
    public RequestOptions Options { get; }

    /// <summary>Remembers pushes of settings.</summary>
    public PushJournal Pushes { get; }

    /// <summary>How many requests that change something have no answer yet.</summary>
    public int Unfinished => _journal.Unfinished;

    /// <summary>The answers that the last run of the box owes its callers: the border sends them when it can.</summary>
    public IReadOnlyList<OwedReply> Owed =>
        [.. _journal.Unsent.Select(entry => new OwedReply(entry.Key, entry.Target, entry.Method, entry.Address, entry.Reply with { Id = entry.Key.Id }))];

    /// <summary>Counts a push of settings, which comes beside the calls, as one request of its caller.</summary>
    /// <returns>Null; or BUSY, when the caller sends more than <see cref="RequestOptions.RequestsPerSecond"/>.</returns>
    public QmiException? CountPush(string caller) => _rates.Take(caller);

    /// <summary>How long a caller of a method waits who names no time; null when the method does not say, or is not there.</summary>
    public TimeSpan? FindTimeout(string target, string method) => _box.FindObject(target)?.FindMethod(method)?.Description.Timeout;

    /// <summary>Answers a request. Never throws and never blocks, whoever calls.</summary>
    /// <param name="request">The request.</param>
    /// <param name="answer">Called for the final answer, and before it for each sign of progress that the request asks for. From any thread; must not block.</param>
    public void Submit(RpcRequest request, Action<RpcReply> answer)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(answer);
        if (_box.FindObject(request.Target) is not { } target)
        {
            answer(new RpcReply(EdgeBox.NoSuchObject(request.Target, _box.Objects), default) { Id = request.Id });
            return;
        }

        try
        {
            var method = RpcDispatcher.Resolve(target, request);
            if (request.Verb == RpcAccess.Read || request.DryRun)
                Answer(request, RpcDispatcher.RunAsync(target, method, RpcDispatcher.Check(target, method, request)), answer);
            else
                Admit(target, method, request, answer);
        }
        catch (Exception exception)
        {
            answer(RpcDispatcher.Refuse(target, request, exception) with { Id = request.Id });
        }
    }

    /// <summary>Notes that the broker has an answer, so that it is not sent again after a restart.</summary>
    public void NoteSent(RequestKey key) => _journal.NoteSent(key);

    /// <summary>Closes the journal.</summary>
    public void Dispose() => _journal.Dispose();

    internal Task CommitAsync() => _journal.CommitAsync();

    /// <summary>A call whose caller was told TIMEOUT has ended.</summary>
    internal void FinishLate(JournalEntry entry, RpcReply reply) => _ = FinishAsync(entry, reply, mustBeKept: !entry.IsIdempotent, first: null);

    private void Answer(RpcRequest request, ValueTask<RpcReply> running, Action<RpcReply> answer)
    {
        if (running.IsCompletedSuccessfully)
            answer(Fit(request.Caller.Name, request.Id, running.Result));
        else
            _ = AnswerAsync(request, running, answer);
    }

    private async Task AnswerAsync(RpcRequest request, ValueTask<RpcReply> running, Action<RpcReply> answer) =>
        answer(Fit(request.Caller.Name, request.Id, await running.ConfigureAwait(false)));

    private void Admit(RpcObject target, RpcMethod method, RpcRequest request, Action<RpcReply> answer)
    {
        var description = method.Description;
        if (!description.Overtakes && _rates.Take(request.Caller.Name) is { } tooMany)
            throw tooMany;
        byte[] hash = request.Id is null ? [] : RequestHash.Of(request);
        request = request.Id is null ? request with { Id = MintId() } : request;
        var caller = new WaitingCaller(answer);
        switch (_journal.Admit(request, hash, description.Idempotent, caller, out var entry))
        {
            case Admission.New:
                Carry(entry!, target, method, request, caller);
                break;
            case Admission.Running:
                WaitAlong(entry!, description, request, caller);
                break;
            case Admission.Answered:
                answer(entry!.Reply with { Replayed = true, Id = request.Id });
                break;
            case Admission.Reused:
                throw new QmiException(ErrorCode.IdReused, $"{request.Caller.Name} has used the id \"{request.Id}\" for {entry!.Target}.{entry.Method} with other arguments: take a new id for every new request.");
            case Admission.Full when description.Overtakes:
                Answer(request, RpcDispatcher.RunAsync(target, method, RpcDispatcher.Check(target, method, request)), answer);
                break;
            case Admission.Full:
                throw JournalIsFull(request.Caller.Name, Options);
        }
    }

    internal static QmiException JournalIsFull(string caller, RequestOptions options) =>
        new(ErrorCode.Busy, $"{caller} has {options.PerCaller} requests unfinished, or all callers {options.InAll}, which is all that the box remembers: wait for some of them.")
        {
            RetryAfter = BusyRetry,
            Details = new Dictionary<string, object?> { ["code"] = "JOURNAL_FULL" },
        };

    private void Carry(JournalEntry entry, RpcObject target, RpcMethod method, RpcRequest request, WaitingCaller caller)
    {
        var mustBeKept = !method.Description.Idempotent;
        try
        {
            request = RpcDispatcher.Check(target, method, request) with { Entry = entry };
        }
        catch (Exception exception)
        {
            // Nothing was done, so losing this in a crash does no harm.
            _ = FinishAsync(entry, RpcDispatcher.Refuse(target, request, exception), mustBeKept: false, caller);
            return;
        }

        if (mustBeKept)
            request = request with { Accepted = _journal.CommitAsync() };
        if (request.WaitAcceptedOnly && !method.Description.AnswersAcceptance)
            _ = AnswerAcceptedAsync(entry, caller, request.Accepted);
        var progress = request.ProgressInterval is { } interval ? new ProgressReports(entry, _journal, _box.TimeProvider, interval) : null;
        var running = RpcDispatcher.RunAsync(target, method, request);
        if (running.IsCompletedSuccessfully && progress is null)
            _ = FinishAsync(entry, running.Result, mustBeKept, caller);
        else
            _ = FinishWhenRunAsync(entry, running, mustBeKept, caller, progress);
    }

    // A copy of a request that is being carried out: it gets the same answer, but waits only as long as it says itself.
    private void WaitAlong(JournalEntry entry, RpcMethodDescription method, RpcRequest copy, WaitingCaller caller)
    {
        if (copy.WaitAcceptedOnly && !method.AnswersAcceptance)
            _ = AnswerAcceptedAsync(entry, caller, method.Idempotent ? Task.CompletedTask : _journal.CommitAsync());
        else if (copy.Deadline != MonotonicTime.Never)
            caller.LimitTo(_box.TimeProvider.GetRemaining(LimitOf(entry, copy)), _box.TimeProvider, () => EndWait(entry, caller, RpcDispatcher.GoesOn($"The call to {entry.Target} that this is a copy of has not ended in the time allowed, and goes on.", entry.Key.Id)));
    }

    // Who sends a request again waits for both until the same moment, which is not quite the same here. What the first is told then says more.
    private static long LimitOf(JournalEntry entry, RpcRequest copy) =>
        Math.Abs(entry.Deadline - copy.Deadline) < SameMoment ? Math.Max(entry.Deadline, copy.Deadline) + SameMoment : copy.Deadline;

    private void EndWait(JournalEntry entry, WaitingCaller caller, RpcReply reply)
    {
        if (_journal.TryEndWait(entry, caller))
            caller.Tell(reply);
    }

    private async Task FinishWhenRunAsync(JournalEntry entry, ValueTask<RpcReply> running, bool mustBeKept, WaitingCaller caller, ProgressReports? progress)
    {
        var reply = await running.ConfigureAwait(false);
        progress?.Dispose();
        await FinishAsync(entry, reply, mustBeKept, caller).ConfigureAwait(false);
    }

    private async Task FinishAsync(JournalEntry entry, RpcReply reply, bool mustBeKept, WaitingCaller? first)
    {
        try
        {
            reply = Fit(entry.Key.Caller, entry.Key.Id, reply);
            if (reply.IsStillRunning)
            {
                EndWait(entry, first!, reply);
                return;
            }

            // What the box asks to be sent again must be carried out when it is.
            if (reply.Error is { Code: ErrorCode.Busy or ErrorCode.ShuttingDown, Executed: Executed.No })
            {
                Tell(_journal.Forget(entry), reply, first);
                return;
            }

            var waiting = _journal.Finish(entry, reply);
            if (mustBeKept && reply.Error is not { Executed: Executed.No })
                await CommitAnywayAsync().ConfigureAwait(false);
            Tell(waiting, reply, first);
        }
        catch (Exception exception)
        {
            LogAnswerFailed(_logger, entry.Target, entry.Method, exception);
        }
    }

    // The work is done, so the caller is told in any case; the log has what may happen after a crash.
    private async Task CommitAnywayAsync()
    {
        try
        {
            // The answer is only written and sent: waking another thread for that would take a third of what a flush does.
            await _journal.CommitAsync(isAnsweredInline: true).ConfigureAwait(false);
        }
        catch (QmiException exception)
        {
            _box.Alarms.Raise("journal-write", AlarmSeverity.Error, "STORAGE", $"The journal of requests cannot be written: calls are refused. {exception.Message}");
            return;
        }

        _box.Alarms.Clear("journal-write");
    }

    private async Task AnswerAcceptedAsync(JournalEntry entry, WaitingCaller caller, Task accepted)
    {
        try
        {
            await accepted.ConfigureAwait(false);
        }
        catch (QmiException)
        {
            // The call itself fails for the same reason, and its answer says so.
            return;
        }

        EndWait(entry, caller, OperationMethods.Describe(entry, isInterim: false));
    }

    private RpcReply Fit(string caller, string? id, RpcReply reply)
    {
        if (reply.Error is not null || reply.Result.Length <= Options.ResultLimit)
            return reply with { Id = id };
        id ??= MintId();
        var isKept = _large.TryAdd(new RequestKey(caller, id), reply.Result);
        var how = isKept ? "Fetch it in pieces with op_result." : "It is too large to be kept as well.";
        var error = new QmiException(ErrorCode.ResultTooLarge, $"The result has {reply.Result.Length} bytes, the most that is sent is {Options.ResultLimit}. The call was carried out. {how}")
        {
            Details = new Dictionary<string, object?> { ["bytes"] = reply.Result.Length, ["limit"] = Options.ResultLimit, ["op"] = isKept ? id : null },
        };
        return new RpcReply(error, default) { Id = id };
    }

    private string MintId() => $"{_box.Boot[^10..].ToLowerInvariant()}-{Interlocked.Increment(ref _minted)}";

    // The copies of a request that came while it ran are answered with the same.
    private static void Tell(IReadOnlyList<WaitingCaller> waiting, RpcReply reply, WaitingCaller? first)
    {
        foreach (var caller in waiting)
            caller.Tell(caller == first ? reply : reply with { Replayed = true });
    }

    [LoggerMessage(1801, LogLevel.Error, "The answer to {Object}.{Method} could not be given")]
    private static partial void LogAnswerFailed(ILogger logger, string @object, string method, Exception exception);
}

/// <summary>An answer that a box owes from before it was restarted.</summary>
/// <param name="Key">Whose request it was.</param>
/// <param name="Target">The object.</param>
/// <param name="Method">The method.</param>
/// <param name="Address">Where the answer goes, in the border's own words.</param>
/// <param name="Reply">The answer.</param>
public sealed record OwedReply(RequestKey Key, string Target, string Method, ReadOnlyMemory<byte> Address, RpcReply Reply);
