using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Qmi.Edge.Bridge.Libmosquitto;

namespace Qmi.Edge.Bridge;

/// <summary>
/// One <c>struct mosquitto</c> and the way back from C. Each attempt to connect has its own: a handle that is used again keeps the limits
/// and the keep-alive of the last broker, refuses properties after a change of version, sends old publications again, and after a
/// DISCONNECT by the server has unlocked a mutex that it never locked.
/// </summary>
internal sealed unsafe class MosquittoHandle : IDisposable
{
    private readonly List<string> _errors = [];
    private GCHandle _self;
    private nint _mosquitto;

    public MosquittoHandle(string clientId, bool cleanStart)
    {
        MosquittoLibrary.EnsureLoaded();
        _self = GCHandle.Alloc(this);
        using var id = new NativeText(clientId);
        _mosquitto = mosquitto_new(id.Pointer, cleanStart ? (byte)1 : (byte)0, (void*)GCHandle.ToIntPtr(_self));
        if (_mosquitto == 0)
        {
            _self.Free();
            throw new ArgumentException($"libmosquitto does not take the client identifier '{clientId}'.", nameof(clientId));
        }

        mosquitto_connect_v5_callback_set(_mosquitto, &OnConnack);
        mosquitto_disconnect_v5_callback_set(_mosquitto, &OnClosed);
        mosquitto_publish_v5_callback_set(_mosquitto, &OnPublished);
        mosquitto_message_v5_callback_set(_mosquitto, &OnMessage);
        mosquitto_subscribe_v5_callback_set(_mosquitto, &OnSubscribed);
        mosquitto_unsubscribe_v5_callback_set(_mosquitto, &OnUnsubscribed);
        mosquitto_log_callback_set(_mosquitto, &OnLog);
    }

    public nint Pointer => _mosquitto;

    /// <summary>The socket, or -1.</summary>
    public int Socket => mosquitto_socket(_mosquitto);

    public bool WantsWrite => mosquitto_want_write(_mosquitto) != 0;

    /// <summary>Set before the loop functions are first called.</summary>
    public IMosquittoCallbacks? Callbacks { get; set; }

    /// <summary>What the library complained about so far, in its words: the only place where it says why TLS failed.</summary>
    public string Complaints => string.Join("; ", _errors);

    /// <summary>With a log callback the library formats a line for every packet: worth it while connecting, not after.</summary>
    public void StopLogging() => mosquitto_log_callback_set(_mosquitto, null);

    /// <summary>Closes the socket, without a farewell, and frees all that the library holds for this handle.</summary>
    public void Dispose()
    {
        if (_mosquitto == 0)
            return;
        Callbacks = null;
        mosquitto_destroy(_mosquitto);
        _mosquitto = 0;
        _self.Free();
    }

    private static bool TryGetTarget(void* userData, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IMosquittoCallbacks? callbacks)
    {
        callbacks = Unsafe.As<MosquittoHandle>(GCHandle.FromIntPtr((nint)userData).Target!).Callbacks;
        return callbacks is not null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnConnack(nint mosquitto, void* userData, int code, int flags, nint properties)
    {
        if (!TryGetTarget(userData, out var callbacks))
            return;
        try
        {
            callbacks.OnConnack(code, flags, properties);
        }
        catch (Exception exception)
        {
            callbacks.OnException(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnClosed(nint mosquitto, void* userData, int result, nint properties)
    {
        // First of all, before anything else can change it. The properties are always null: the library frees them before.
        var errno = Marshal.GetLastSystemError();
        if (TryGetTarget(userData, out var callbacks))
            callbacks.OnClosed(result, errno);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPublished(nint mosquitto, void* userData, int messageId, int code, nint properties)
    {
        if (!TryGetTarget(userData, out var callbacks))
            return;
        try
        {
            callbacks.OnPublished((ushort)messageId, code);
        }
        catch (Exception exception)
        {
            callbacks.OnException(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMessage(nint mosquitto, void* userData, MosquittoMessage* message, nint properties)
    {
        if (!TryGetTarget(userData, out var callbacks))
            return;
        try
        {
            callbacks.OnMessage(message, properties);
        }
        catch (Exception exception)
        {
            callbacks.OnException(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnSubscribed(nint mosquitto, void* userData, int messageId, int count, int* codes, nint properties)
    {
        if (!TryGetTarget(userData, out var callbacks))
            return;
        try
        {
            callbacks.OnSubscribed((ushort)messageId, count > 0 ? codes[0] : (int)MqttReason.UnspecifiedError);
        }
        catch (Exception exception)
        {
            callbacks.OnException(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnUnsubscribed(nint mosquitto, void* userData, int messageId, nint properties)
    {
        if (!TryGetTarget(userData, out var callbacks))
            return;
        try
        {
            callbacks.OnUnsubscribed((ushort)messageId);
        }
        catch (Exception exception)
        {
            callbacks.OnException(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(nint mosquitto, void* userData, int level, byte* text)
    {
        if ((level & (LogLevel.Error | LogLevel.Warning)) == 0)
            return;
        var handle = Unsafe.As<MosquittoHandle>(GCHandle.FromIntPtr((nint)userData).Target!);
        handle._errors.Add(Marshal.PtrToStringUTF8((nint)text) ?? "");
    }
}
