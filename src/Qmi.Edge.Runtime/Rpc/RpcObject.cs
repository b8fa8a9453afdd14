using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>
/// An object in a box that others hold through proxies (QMI: QMI_RpcObject): a name, an RPC table, a queue, a lock, signals.
/// </summary>
public abstract class RpcObject
{
    private volatile FrozenDictionary<string, RpcMethod> _methods;
    private volatile bool _isSimulated;

    private protected RpcObject(RpcObjectInit init)
    {
        (Name, Box, Type) = (init.Name, init.Box, init.Type);
        Logger = init.Box.LoggerFactory.CreateLogger("Qmi.Edge." + init.Name);
        _methods = init.Type.Methods.Concat(init.Type.BuiltInMethods).ToFrozenDictionary(method => method.Description.Name);
        Description = Describe();
        Signals = new SignalSet(this, Description.Signals);
        Lane = new Lane(Name, init.Box.TimeProvider) { Owner = this };
        Lock = Box.Locks.Open(Name, this);
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

    /// <summary>
    /// Whether what it says is not from the real world: it was marked so, or it has read from an object or a signal that is. Its signals and
    /// its status have the quality <see cref="Quality.Simulated"/>.
    /// </summary>
    public bool IsSimulated => _isSimulated;

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

    /// <summary>
    /// Declares that what it says is not from the real world. It stays so until it is made anew, since nobody knows what its code has kept of
    /// what it has read. From any thread.
    /// </summary>
    public void MarkSimulated()
    {
        if (_isSimulated)
            return;
        _isSimulated = true;
        NotifyChanged(ObjectAspect.State);
        NotifyChanged(ObjectAspect.Status);
    }

    /// <summary>Runs a call of the same process in the calling thread, when its turn has come.</summary>
    internal TResult Invoke<TCall, TTarget, TResult>(in TCall call, Caller caller, string? token, long deadline)
        where TCall : struct, IRpcCall<TCall, TTarget, TResult>
        where TTarget : RpcObject
    {
        Heartbeat.BeatOnThisThread();
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
            Heartbeat.BeatOnThisThread();
            if (_isSimulated)
                SimulatedReading.Note();
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
        Description = Describe();
    }

    private ObjectDescription Describe() => Type.Describe(Name, _methods.Values.Select(method => method.Description));

    /// <summary>Ends the object: what it runs, what it holds open.</summary>
    /// <param name="drained">The queue is closed; completes when the call that still runs has ended.</param>
    /// <param name="timeout">How long it may take.</param>
    internal abstract Task ReleaseAsync(Task drained, TimeSpan timeout);

    private sealed class LocalCall<TCall, TTarget, TResult>(RpcObject target, TCall call, Caller caller, string? token, long deadline, CancellationToken cancellationToken)
        : LaneCall<TResult>(target.Lane, target.Box.TimeProvider, deadline, cancellationToken)
        where TCall : struct, IRpcCall<TCall, TTarget, TResult>
        where TTarget : RpcObject
    {
        private readonly RpcObject? _reader = SimulatedReading.Reader;

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
            finally
            {
                if (target.IsSimulated)
                    _reader?.MarkSimulated();
            }
        }
    }
}

/// <summary>What a new object is told about itself.</summary>
/// <param name="Box">The box it will live in.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Type">Its class.</param>
public abstract record RpcObjectInit(EdgeBox Box, string Name, ObjectType Type);
