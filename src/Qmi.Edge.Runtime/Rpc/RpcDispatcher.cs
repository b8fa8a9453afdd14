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
            var (method, checkedRequest) = Check(target, request);
            if (request.DryRun)
                return new(new RpcReply(null, Null));

            var reply = method.IsQueued
                ? AnswerAsync(new QueuedCall(target, method, checkedRequest, cancellationToken).RunAsync())
                : RunBuiltInAsync(target, method, checkedRequest, cancellationToken);
            return method.AuditsItself || target.Box.Audit is NoAuditLog ? reply : AuditAsync(target, checkedRequest, method.Description, reply);
        }
        catch (Exception exception)
        {
            var failure = Failure(exception);
            if (request.Verb != RpcAccess.Read)
                target.Box.Audit.Write(Entry(target, request) with { Error = failure.Error!.Message });
            return new(failure);
        }
    }

    private static (RpcMethod, RpcRequest) Check(RpcObject target, RpcRequest request)
    {
        var method = target.FindMethod(request.Method) ?? throw NoSuchMethod(target, request.Method);
        var description = method.Description;
        if (description.Access != request.Verb)
            throw WrongVerb(target, description, request.Verb);
        if (description.Access > request.Caller.Role)
            throw new QmiException(ErrorCode.Forbidden, $"{request.Caller.Name} may not use {description.Name}: it needs the role {RoleName.Of(description.Access)}.");
        if (target.Box.TimeProvider.GetNanoseconds() >= request.Deadline)
            throw new QmiException(ErrorCode.Expired, $"The time allowed for {target.Name}.{description.Name} had passed before it began; it was not run.");

        var arguments = RpcArguments.ToObject(request.Arguments, description);
        SchemaViolations.ThrowIfAny(description.Arguments.Validate(arguments), $"{target.Name}.{description.Name}");
        if (!method.ChecksLockItself)
            target.Lock.Check(request.Caller, request.LockToken, description);
        return (method, request.Arguments.ValueKind == JsonValueKind.Object ? request : request with { Arguments = arguments });
    }

    private static async ValueTask<RpcReply> AuditAsync(RpcObject target, RpcRequest request, RpcMethodDescription method, ValueTask<RpcReply> running)
    {
        var reply = await running.ConfigureAwait(false);
        target.Box.Audit.Write(Entry(target, request) with { New = Secrets.ToText(request.Arguments, method.Arguments), Error = reply.Error?.Message });
        return reply;
    }

    private static AuditEntry Entry(RpcObject target, RpcRequest request) => AuditEntry.Of(target, request.Method, request.Caller) with { RequestId = request.Id };

    private static async ValueTask<RpcReply> RunBuiltInAsync(RpcObject target, RpcMethod method, RpcRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new ArrayBufferWriter<byte>(UsualResultSize);
            using var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing);
            using (method.ChecksLockItself ? default : target.Lock.Admit(request.Caller, request.LockToken, method.Description))
                await method.InvokeAsync(target, request, writer, cancellationToken).ConfigureAwait(false);
            return Success(buffer, writer);
        }
        catch (Exception exception)
        {
            return Failure(exception);
        }
    }

    private static async ValueTask<RpcReply> AnswerAsync(Task<ReadOnlyMemory<byte>> call)
    {
        try
        {
            return new RpcReply(null, await call.ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            return Failure(exception);
        }
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

    private sealed class QueuedCall(RpcObject target, RpcMethod method, RpcRequest request, CancellationToken cancellationToken)
        : LaneCall<ReadOnlyMemory<byte>>(target.Lane, target.Box.TimeProvider, request.Deadline, cancellationToken, isAnsweredInline: true)
    {
        protected override ReadOnlyMemory<byte> Invoke()
        {
            try
            {
                using var admission = target.Lock.Admit(request.Caller, request.LockToken, method.Description);
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
    }
}
