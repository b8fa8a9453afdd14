using System.Buffers;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The road of a JSON call to its method: find it, check verb, deadline, arguments and lock, take a turn, answer.</summary>
internal static class RpcDispatcher
{
    private const int UsualResultSize = 256;
    private static readonly byte[] Null = "null"u8.ToArray();

    public static ValueTask<RpcReply> DispatchAsync(RpcObject target, RpcRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var method = Resolve(target, request);
            return RunAsync(target, method, Check(target, method, request), cancellationToken);
        }
        catch (Exception exception)
        {
            return new(Refuse(target, request, exception));
        }
    }

    /// <summary>The method that a request asks for, when its caller may use it in this way.</summary>
    /// <exception cref="QmiException">NO_SUCH_METHOD, WRONG_VERB, FORBIDDEN.</exception>
    public static RpcMethod Resolve(RpcObject target, RpcRequest request)
    {
        var method = target.FindMethod(request.Method) ?? throw NoSuchMethod(target, request.Method);
        var description = method.Description;
        if (description.Access != request.Verb)
            throw WrongVerb(target, description, request.Verb);
        if (description.Access > request.Caller.Role)
            throw new QmiException(ErrorCode.Forbidden, $"{request.Caller.Name} may not use {description.Name}: it needs the role {RoleName.Of(description.Access)}.");
        return method;
    }

    /// <summary>Everything else that can be checked before the call begins.</summary>
    /// <returns>The request, with arguments as the method reads them.</returns>
    /// <exception cref="QmiException">EXPIRED, CONFLICT, BAD_ARGS, LOCKED, LOCK_REQUIRED, LOCK_LOST.</exception>
    public static RpcRequest Check(RpcObject target, RpcMethod method, RpcRequest request)
    {
        var description = method.Description;
        if (target.Box.TimeProvider.GetNanoseconds() >= request.Deadline)
            throw new QmiException(ErrorCode.Expired, $"The time allowed for {target.Name}.{description.Name} had passed before it began; it was not run.");
        RpcConditions.Check(target, request);
        var arguments = RpcArguments.ToObject(request.Arguments, description);
        SchemaViolations.ThrowIfAny(description.Arguments.Validate(arguments), $"{target.Name}.{description.Name}");
        if (!method.ChecksLockItself)
            target.Lock.Check(request.Caller, request.LockToken, description, request.Fence);
        return request.Arguments.ValueKind == JsonValueKind.Object ? request : request with { Arguments = arguments };
    }

    /// <summary>Runs a checked request, unless it is a dry run. Never throws.</summary>
    public static ValueTask<RpcReply> RunAsync(RpcObject target, RpcMethod method, RpcRequest request, CancellationToken cancellationToken = default)
    {
        if (request.DryRun)
            return new(new RpcReply(null, Null));
        ValueTask<RpcReply> reply;
        try
        {
            reply = method.IsQueued ? QueueAsync(target, method, request, cancellationToken) : RunBuiltInAsync(target, method, request, cancellationToken);
        }
        catch (Exception exception)
        {
            return new(Refuse(target, request, exception));
        }

        return method.AuditsItself || target.Box.Audit is NoAuditLog ? reply : AuditAsync(target, request, method.Description, reply);
    }

    /// <summary>The answer to a request that was not begun, and its line in the audit log.</summary>
    public static RpcReply Refuse(RpcObject target, RpcRequest request, Exception exception)
    {
        var failure = Failure(exception);
        if (request.Verb != RpcAccess.Read)
            target.Box.Audit.Write(Entry(target, request) with { Error = failure.Error!.Message });
        return failure;
    }

    /// <summary>The answer to a caller whose time is over before the end of the call.</summary>
    public static RpcReply GoesOn(string message, string id) =>
        new(new QmiException(ErrorCode.Timeout, $"{message} Ask for it with op_status and op_result.") { Details = new Dictionary<string, object?> { ["op"] = id } }, default) { IsStillRunning = true };

    private static async ValueTask<RpcReply> AuditAsync(RpcObject target, RpcRequest request, RpcMethodDescription method, ValueTask<RpcReply> running)
    {
        var reply = await running.ConfigureAwait(false);
        target.Box.Audit.Write(Entry(target, request) with { New = Secrets.ToText(request.Arguments, method.Arguments), Error = reply.Error?.Message });
        return reply;
    }

    private static AuditEntry Entry(RpcObject target, RpcRequest request) => AuditEntry.Of(target, request.Method, request.Caller) with { RequestId = request.Id };

    private static async ValueTask<RpcReply> RunBuiltInAsync(RpcObject target, RpcMethod method, RpcRequest request, CancellationToken cancellationToken)
    {
        using var call = method.Description.Cancellable && request.Entry is not null ? new ParkedCall(request.Entry, cancellationToken) : null;
        try
        {
            if (!method.TakesTurn)
                await request.Accepted.ConfigureAwait(false);
            var buffer = new ArrayBufferWriter<byte>(UsualResultSize);
            using var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing);
            using (method.ChecksLockItself ? default : target.Lock.Admit(request.Caller, request.LockToken, method.Description, request.Fence))
                await method.InvokeAsync(target, request, writer, call?.Token ?? cancellationToken).ConfigureAwait(false);
            return Success(buffer, writer);
        }
        catch (Exception exception)
        {
            return Failure(exception);
        }
    }

    private static ValueTask<RpcReply> QueueAsync(RpcObject target, RpcMethod method, RpcRequest request, CancellationToken cancellationToken)
    {
        var call = new QueuedCall(target, method, request, method.Description.Cancellable ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken) : null, cancellationToken);
        if (request.Entry is { } entry)
            entry.Call = call;
        return call.AnswerAsync();
    }

    private static RpcReply Success(ArrayBufferWriter<byte> buffer, Utf8JsonWriter writer)
    {
        writer.Flush();
        return new RpcReply(null, buffer.WrittenCount == 0 ? Null : buffer.WrittenMemory);
    }

    private static RpcReply Failure(Exception exception) => new(exception switch
    {
        QmiException known => known,
        OperationCanceledException => new QmiException(ErrorCode.Cancelled, "The call was cancelled.", exception),
        _ => new QmiException(ErrorCode.Internal, $"Qmi.Edge failed: {exception.GetType().Name}: {exception.Message}", exception),
    }, default);

    private static QmiException NoSuchMethod(RpcObject target, string name)
    {
        var nearest = NearestName.Find(name, target.MethodNames);
        return new QmiException(ErrorCode.NoSuchMethod, $"{target.Name} has no method \"{name}\"{NearestName.Hint(name, target.MethodNames)}.")
        {
            Details = new Dictionary<string, object?> { ["nearest"] = nearest },
        };
    }

    private static QmiException WrongVerb(RpcObject target, RpcMethodDescription method, RpcAccess verb) =>
        new(ErrorCode.WrongVerb, $"{target.Name}.{method.Name} is called under \"{RpcVerb.NameOf(method.Access)}\", not \"{RpcVerb.NameOf(verb)}\".")
        {
            Details = new Dictionary<string, object?> { ["verb"] = RpcVerb.NameOf(method.Access) },
        };

    private sealed class QueuedCall(RpcObject target, RpcMethod method, RpcRequest request, CancellationTokenSource? cancel, CancellationToken cancellationToken)
        : LaneCall<ReadOnlyMemory<byte>>(target.Lane, target.Box.TimeProvider, request.Deadline, cancel?.Token ?? cancellationToken, isAnsweredInline: true), IRunningCall
    {
        public async ValueTask<RpcReply> AnswerAsync()
        {
            try
            {
                return new RpcReply(null, await RunAsync().ConfigureAwait(false));
            }
            catch (QmiException exception) when (HasTimedOut && exception.Code == ErrorCode.Timeout && request.Id is { } id)
            {
                return GoesOn(exception.Message, id);
            }
            catch (Exception exception)
            {
                return Failure(exception);
            }
        }

        public bool TryCancelRunning()
        {
            cancel?.Cancel();
            return cancel is not null;
        }

        protected override ReadOnlyMemory<byte> Invoke()
        {
            try
            {
                // In its turn, so that the order of arrival is kept; a request that is not on the disk yet holds its worker for a few milliseconds.
                request.Accepted.GetAwaiter().GetResult();
                // Before the admission: afterwards it may be somebody else's.
                var newest = target.Lock.Fence;
                using var admission = target.Lock.Admit(request.Caller, request.LockToken, method.Description, request.Fence);
                using var current = CurrentCall.Enter(request, admission.Fence ?? newest);
                var buffer = new ArrayBufferWriter<byte>(UsualResultSize);
                using var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing);
                method.InvokeAsync(target, request, writer, CancellationToken.None).GetAwaiter().GetResult();
                return Success(buffer, writer).Result;
            }
            catch (Exception exception) when (RpcErrors.IsForeign(exception))
            {
                throw RpcErrors.Wrap(target, method.Description.Name, exception);
            }
        }

        protected override void OnLate(ReadOnlyMemory<byte> result, Exception? failure)
        {
            if (HasTimedOut && request.Entry is { } entry)
                target.Box.Requests.FinishLate(entry, failure is null ? new RpcReply(null, result) : Failure(failure));
        }
    }

    /// <summary>A built-in method that waits for something: it holds no thread and no turn, and can be cancelled at any time.</summary>
    private sealed class ParkedCall : IRunningCall, IDisposable
    {
        private readonly CancellationTokenSource _cancel;

        public ParkedCall(JournalEntry entry, CancellationToken cancellationToken)
        {
            _cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            entry.Call = this;
        }

        public CancellationToken Token => _cancel.Token;

        public bool HasBegun => true;

        public bool TryCancelWaiting() => false;

        public bool TryCancelRunning()
        {
            _cancel.Cancel();
            return true;
        }

        public void Dispose() => _cancel.Dispose();
    }
}
