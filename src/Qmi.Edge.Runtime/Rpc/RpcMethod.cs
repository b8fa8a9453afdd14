using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>An entry of an object's RPC table: the description, and how to run the method with JSON in and out.</summary>
public abstract class RpcMethod(RpcMethodDescription description)
{
    /// <summary>What is known about the method.</summary>
    public RpcMethodDescription Description { get; } = description;

    /// <summary>Whether calls wait for their turn in the object's queue; built-in ones that never block do not.</summary>
    internal virtual bool IsQueued => true;

    /// <summary>Whether a method that does not queue by itself takes its turn in the object's queue for what it does.</summary>
    internal virtual bool TakesTurn => false;

    /// <summary>Whether the method looks at the lock itself, because the answer depends on its arguments.</summary>
    internal virtual bool ChecksLockItself => false;

    /// <summary>Whether the method writes its own, more telling, entry into the audit log, or none because nothing changes.</summary>
    internal virtual bool AuditsItself => Description.Access == RpcAccess.Read;

    /// <summary>Runs the method on <paramref name="target"/> in the calling thread.</summary>
    internal abstract ValueTask InvokeAsync(RpcObject target, RpcRequest request, Utf8JsonWriter result, CancellationToken cancellationToken);
}

/// <summary>A method of the instrument programmer, run by a generated call struct.</summary>
public sealed class RpcMethod<TCall, TTarget, TResult>() : RpcMethod(TCall.Method)
    where TCall : struct, IRpcCall<TCall, TTarget, TResult>
    where TTarget : RpcObject
{
    internal override ValueTask InvokeAsync(RpcObject target, RpcRequest request, Utf8JsonWriter result, CancellationToken cancellationToken)
    {
        var outcome = ReadArguments(target, request).Invoke((TTarget)target);
        TCall.Result.Write(result, outcome);
        return ValueTask.CompletedTask;
    }

    private TCall ReadArguments(RpcObject target, RpcRequest request)
    {
        try
        {
            return TCall.ReadArguments(request.Arguments);
        }
        catch (Exception exception) when (JsonMembers.IsUnreadable(exception))
        {
            throw SchemaViolations.Unreadable(exception, $"{target.Name}.{Description.Name}");
        }
    }
}
