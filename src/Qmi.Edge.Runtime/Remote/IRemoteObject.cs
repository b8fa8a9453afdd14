using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// An object in another process, as a border reaches it: JSON goes there and comes back. Everything that proxies do is made of this, so that a
/// border knows neither types nor proxies.
/// </summary>
public interface IRemoteObject
{
    /// <summary>Its name in its box.</summary>
    string Name { get; }

    /// <summary>As whom it is called.</summary>
    Caller Caller { get; }

    /// <summary>The clock of this process.</summary>
    TimeProvider TimeProvider { get; }

    /// <summary>How long a call may take that names no time of its own.</summary>
    TimeSpan DefaultTimeout { get; }

    /// <summary>Calls a method. Every call ends, at the latest soon after its time is over.</summary>
    /// <returns>The result.</returns>
    /// <exception cref="QmiException">The error that the object answered; or <see cref="ErrorCode.Expired"/>, <see cref="ErrorCode.Timeout"/>: it did not
    /// answer; or <see cref="ErrorCode.Cancelled"/>.</exception>
    Task<JsonElement> CallAsync(RemoteCall call, CancellationToken cancellationToken);

    /// <summary>Pushes settings to a task.</summary>
    /// <returns>Once they are accepted: their revision, and what will become of them.</returns>
    /// <exception cref="QmiException">They were refused, or as for <see cref="CallAsync"/>.</exception>
    Task<SettingsPush> PushSettingsAsync(RemotePush push, CancellationToken cancellationToken);

    /// <summary>A signal of the object; the same one every time. The built-in ones of a task are what its settings and its status become.</summary>
    /// <param name="kind">What kind of object it is.</param>
    /// <param name="description">The signal, as this program knows it.</param>
    SignalInlet OpenInlet(ObjectKind kind, SignalDescription description);

    /// <summary>Watches the document of the object's lock until the watch is disposed.</summary>
    /// <param name="kind">What kind of object it is.</param>
    /// <param name="changed">Told what the document says, also what it says now; must not block.</param>
    IDisposable WatchLock(ObjectKind kind, Action<RemoteLockState> changed);
}

/// <summary>A call of a method in another process.</summary>
/// <param name="Method">The method.</param>
/// <param name="Arguments">The arguments as a JSON object.</param>
/// <param name="Timeout">How long it may take.</param>
/// <param name="LockToken">The token of the lock that the caller holds, or null.</param>
public sealed record RemoteCall(RpcMethodDescription Method, ReadOnlyMemory<byte> Arguments, TimeSpan Timeout, string? LockToken);

/// <summary>A push of settings to a task in another process.</summary>
/// <param name="Values">The settings, or the part that changes, as a JSON object.</param>
/// <param name="Replace">Whether they are the whole.</param>
/// <param name="Timeout">How long it may take until they are accepted or refused.</param>
/// <param name="LockToken">The token of the lock that the caller holds, or null.</param>
public sealed record RemotePush(ReadOnlyMemory<byte> Values, bool Replace, TimeSpan Timeout, string? LockToken);

/// <summary>What a lock document says.</summary>
/// <param name="IsLocked">Whether anybody holds the lock.</param>
/// <param name="Fence">The number of the last grant.</param>
public readonly record struct RemoteLockState(bool IsLocked, ulong Fence);
