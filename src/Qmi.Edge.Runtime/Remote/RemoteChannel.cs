using System.Buffers;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The way to an object of another process: calls become JSON, and results become values again.</summary>
internal sealed class RemoteChannel : RpcChannel
{
    private const int UsualArgumentsSize = 128;
    private static readonly byte[] NoArguments = "{}"u8.ToArray();

    private readonly RemoteLock _lock;

    public RemoteChannel(ObjectType type, IRemoteObject remote)
        : base(remote.Caller)
    {
        (Type, Remote, Description) = (type, remote, type.Describe(remote.Name));
        _lock = new RemoteLock(this);
    }

    public override ObjectDescription Description { get; }

    public ObjectType Type { get; }

    public IRemoteObject Remote { get; }

    public TResult Invoke<TCall, TTarget, TResult>(TCall call)
        where TCall : struct, IRpcCall<TCall, TTarget, TResult>
        where TTarget : RpcObject =>
        Wait(cancellation => InvokeAsync<TCall, TTarget, TResult>(call, cancellation));

    public async Task<TResult> InvokeAsync<TCall, TTarget, TResult>(TCall call, CancellationToken cancellationToken)
        where TCall : struct, IRpcCall<TCall, TTarget, TResult>
        where TTarget : RpcObject
    {
        var result = await SendAsync(TCall.Method, Write(call.WriteArguments), null, LockToken, cancellationToken).ConfigureAwait(false);
        return Read(TCall.Method.Name, result, TCall.Result);
    }

    /// <summary>Calls a built-in method, whose result the caller reads itself.</summary>
    public Task<JsonElement> CallAsync(string method, Action<Utf8JsonWriter>? arguments, TimeSpan? timeout, string? lockToken, CancellationToken cancellationToken) =>
        SendAsync(Description.Methods.First(description => description.Name == method), arguments is null ? NoArguments : WriteObject(arguments), timeout, lockToken, cancellationToken);

    /// <summary>Calls a built-in method with the proxy's own lock.</summary>
    public Task<JsonElement> CallAsync(string method, CancellationToken cancellationToken, Action<Utf8JsonWriter>? arguments = null, TimeSpan? timeout = null) =>
        CallAsync(method, arguments, timeout, LockToken, cancellationToken);

    /// <summary>Calls a built-in method without arguments.</summary>
    public async Task<T> GetAsync<T>(string method, DataType<T> type, CancellationToken cancellationToken) =>
        Read(method, await CallAsync(method, cancellationToken).ConfigureAwait(false), type);

    /// <summary>Reads what a method has answered.</summary>
    /// <exception cref="QmiException">It does not fit the type that this program has for it.</exception>
    public T Read<T>(string method, JsonElement result, DataType<T> type) => Read(method, result, value => value.Deserialize(type.Json)!);

    /// <summary>As <see cref="Read{T}(string, JsonElement, DataType{T})"/>, for documents of our own.</summary>
    public T Read<T>(string method, JsonElement result, Func<JsonElement, T> read)
    {
        try
        {
            return read(result);
        }
        catch (Exception exception) when (JsonMembers.IsUnreadable(exception) || exception is KeyNotFoundException)
        {
            throw new QmiException(
                ErrorCode.UnsupportedVersion,
                $"What {Remote.Name}.{method} answered is no {typeof(T).Name} of this program: {exception.Message} Build it with the types of the box.",
                Executed.Yes,
                exception);
        }
    }

    /// <summary>Waits in the calling thread.</summary>
    public T Wait<T>(Func<CancellationToken, Task<T>> call) => RemoteWait.Run(Remote.TimeProvider, call);

    /// <summary>As <see cref="Wait{T}"/>, for a call without a result.</summary>
    public void Wait(Func<CancellationToken, Task> call) => RemoteWait.Run(Remote.TimeProvider, call);

    /// <summary>How long a call may take: what is asked for, but no longer than whatever the calling thread runs may take.</summary>
    public TimeSpan GetTimeout(RpcMethodDescription? method, TimeSpan? timeout = null) =>
        RemoteWait.Limit(Remote.TimeProvider, timeout ?? Timeout ?? method?.Timeout ?? Remote.DefaultTimeout);

    /// <exception cref="QmiException">The object has no such signal, or its values are of another type.</exception>
    public SignalSource<T> GetSource<T>(string name)
    {
        var description = Description.Signals.FirstOrDefault(signal => signal.Name == name)
            ?? throw new QmiException(ErrorCode.BadArgs, $"{Remote.Name} has no signal \"{name}\"{NearestName.Hint(name, Description.Signals.Select(signal => signal.Name))}.");
        return new SignalSource<T>(Remote.OpenInlet(Type.Kind, description) as SignalInlet<T>
            ?? throw new QmiException(ErrorCode.BadArgs, $"The values of {Remote.Name}.{name} are not {typeof(T).Name}."));
    }

    internal override bool Lock(TimeSpan timeout, string? token) => Wait(cancellation => TryLockAsync(timeout, token, cancellation));

    internal override async Task<bool> TryLockAsync(TimeSpan timeout, string? token, CancellationToken cancellationToken)
    {
        try
        {
            await _lock.AcquireAsync(timeout, token, null, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (QmiException exception) when (exception.Code == ErrorCode.Locked)
        {
            return false;
        }
    }

    internal override Task<LockHolding> HoldLockAsync(TimeSpan timeout, string? note, CancellationToken cancellationToken) =>
        _lock.AcquireAsync(timeout, null, note, cancellationToken);

    internal override bool Unlock(string? token) => Wait(cancellation => UnlockAsync(token, cancellation));

    internal override Task<bool> UnlockAsync(string? token, CancellationToken cancellationToken) => _lock.ReleaseAsync(token ?? LockToken, cancellationToken);

    internal override bool IsLocked() => Wait(IsLockedAsync);

    internal override Task<bool> IsLockedAsync(CancellationToken cancellationToken) => GetAsync("is_locked", DataTypes.Boolean, cancellationToken);

    internal override bool ForceUnlock(string reason) => Wait(cancellation => ForceUnlockAsync(reason, cancellation));

    internal override async Task<bool> ForceUnlockAsync(string reason, CancellationToken cancellationToken)
    {
        var answer = await CallAsync("force_unlock", cancellationToken, writer => writer.WriteString("reason"u8, reason)).ConfigureAwait(false);
        return Read("force_unlock", answer, static forced => forced.GetProperty("was_locked").GetBoolean());
    }

    private Task<JsonElement> SendAsync(RpcMethodDescription method, ReadOnlyMemory<byte> arguments, TimeSpan? timeout, string? lockToken, CancellationToken cancellationToken) =>
        Remote.CallAsync(new RemoteCall(method, arguments, GetTimeout(method, timeout), lockToken), cancellationToken);

    private static ReadOnlyMemory<byte> WriteObject(Action<Utf8JsonWriter> members) => Write(writer =>
    {
        writer.WriteStartObject();
        members(writer);
        writer.WriteEndObject();
    });

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(UsualArgumentsSize);
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
            write(writer);
        return buffer.WrittenMemory;
    }
}
