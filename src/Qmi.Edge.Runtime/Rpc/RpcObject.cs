using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>
/// An object in a box that others hold through proxies (QMI: QMI_RpcObject): a name, an RPC table, a queue, a lock, signals.
/// </summary>
public abstract class RpcObject
{
    private volatile FrozenDictionary<string, RpcMethod> _methods;

    private protected RpcObject(RpcObjectInit init, IReadOnlyList<RpcMethod> builtInMethods, IReadOnlyList<SignalDescription> builtInSignals)
    {
        (Name, Box, Type) = (init.Name, init.Box, init.Type);
        Logger = init.Box.LoggerFactory.CreateLogger("Qmi.Edge." + init.Name);
        _methods = init.Type.Methods.Concat(builtInMethods).ToFrozenDictionary(method => method.Description.Name);
        Signals = new SignalSet(this, [.. builtInSignals, .. init.Type.Signals]);
        Lane = new Lane(Name, init.Box.TimeProvider);
        Lock = Box.Locks.Open(Name, this);
        Description = new ObjectDescription
        {
            Name = Name,
            Kind = init.Type.Kind,
            ClassName = init.Type.ClassName,
            Description = init.Type.Description,
            Methods = Describe(_methods),
            Signals = Signals.Descriptions,
            Settings = (init.Type as TaskType)?.SettingsSchema,
            Status = (init.Type as TaskType)?.StatusSchema,
        };
    }

    /// <summary>Its name in the box.</summary>
    public string Name { get; }

    /// <summary>The box it lives in.</summary>
    public EdgeBox Box { get; }

    /// <summary>Its log, named <c>Qmi.Edge.{name}</c>.</summary>
    public ILogger Logger { get; }

    /// <summary>What can be known about it without touching it.</summary>
    public ObjectDescription Description { get; private set; }

    /// <summary>Its lock.</summary>
    public ObjectLock Lock { get; }

    /// <summary>Its signals.</summary>
    public SignalSet Signals { get; }

    /// <summary>How many calls wait for their turn.</summary>
    public int QueueDepth => Lane.Depth;

    internal ObjectType Type { get; }

    internal Lane Lane { get; }

    /// <summary>The method of that wire name, or null.</summary>
    internal RpcMethod? FindMethod(string name) => _methods.GetValueOrDefault(name);

    internal IEnumerable<string> MethodNames => _methods.Keys;

    /// <summary>Answers a call that came as JSON. Never throws: whatever happens is in the reply.</summary>
    public ValueTask<RpcReply> DispatchAsync(RpcRequest request, CancellationToken cancellationToken = default) =>
        RpcDispatcher.DispatchAsync(this, request, cancellationToken);

    /// <summary>Runs a call of the same process in the calling thread, when its turn has come.</summary>
    internal TResult Invoke<TCall, TTarget, TResult>(in TCall call, Caller caller, string? token, long deadline)
        where TCall : struct, IRpcCall<TCall, TTarget, TResult>
        where TTarget : RpcObject
    {
        Lock.Check(caller, token, TCall.Method);
        Lane.Enter(deadline);
        try
        {
            using var admission = Lock.Admit(caller, token, TCall.Method);
            using (Interruption.EnterDeadline(deadline))
                return call.Invoke((TTarget)this);
        }
        catch (Exception exception) when (RpcErrors.IsForeign(exception))
        {
            throw RpcErrors.Wrap(this, TCall.Method.Name, exception);
        }
        finally
        {
            Lane.Exit();
        }
    }

    /// <summary>Runs a call of the same process in a worker thread.</summary>
    internal Task<TResult> InvokeAsync<TCall, TTarget, TResult>(TCall call, Caller caller, string? token, long deadline, CancellationToken cancellationToken)
        where TCall : struct, IRpcCall<TCall, TTarget, TResult>
        where TTarget : RpcObject =>
        new LocalCall<TCall, TTarget, TResult>(this, call, caller, token, deadline, cancellationToken).RunAsync();

    /// <summary>Tells whoever watches the box that something about this object changed.</summary>
    internal void NotifyChanged(ObjectAspect aspect) => Box.NotifyChanged(this, aspect);

    /// <summary>Adds a method to the table. Who reads meanwhile sees the old one or the new one. One caller at a time.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    private protected void AddMethod(RpcMethod method)
    {
        if (_methods.ContainsKey(method.Description.Name))
            throw new ArgumentException($"{Name} has a method \"{method.Description.Name}\" already: choose another name.", nameof(method));
        _methods = _methods.Values.Append(method).ToFrozenDictionary(other => other.Description.Name);
        Description = Description with { Methods = Describe(_methods) };
    }

    private static RpcMethodDescription[] Describe(FrozenDictionary<string, RpcMethod> methods) =>
        [.. methods.Values.Select(method => method.Description).OrderBy(method => method.Name, StringComparer.Ordinal)];

    /// <summary>Ends the object: what it runs, what it holds open. The queue is closed before.</summary>
    internal abstract Task ReleaseAsync(TimeSpan timeout);

    private sealed class LocalCall<TCall, TTarget, TResult>(RpcObject target, TCall call, Caller caller, string? token, long deadline, CancellationToken cancellationToken)
        : LaneCall<TResult>(target.Lane, target.Box.TimeProvider, deadline, cancellationToken)
        where TCall : struct, IRpcCall<TCall, TTarget, TResult>
        where TTarget : RpcObject
    {
        protected override TResult Invoke()
        {
            try
            {
                using var admission = target.Lock.Admit(caller, token, TCall.Method);
                return call.Invoke((TTarget)target);
            }
            catch (Exception exception) when (RpcErrors.IsForeign(exception))
            {
                throw RpcErrors.Wrap(target, TCall.Method.Name, exception);
            }
        }
    }
}

/// <summary>What a new object is told about itself.</summary>
/// <param name="Box">The box it will live in.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Type">Its class.</param>
public abstract record RpcObjectInit(EdgeBox Box, string Name, ObjectType Type);
