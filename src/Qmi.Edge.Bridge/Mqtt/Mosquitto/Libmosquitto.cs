using System.Runtime.InteropServices;

namespace Qmi.Edge.Bridge;

/// <summary>
/// libmosquitto 2 by its soname (the plain name belongs to the development package). Blittable types only: C's <c>bool</c> is one byte,
/// text is NUL-terminated UTF-8, callbacks are function pointers. So there is no marshalling code, and nothing for a trimmer to miss.
/// </summary>
internal static unsafe partial class Libmosquitto
{
    public const string Soname = "libmosquitto.so.1";

    [LibraryImport(Soname)]
    public static partial int mosquitto_lib_version(int* major, int* minor, int* revision);

    [LibraryImport(Soname)]
    public static partial int mosquitto_lib_init();

    [LibraryImport(Soname)]
    public static partial nint mosquitto_new(byte* id, byte cleanStart, void* userData);

    [LibraryImport(Soname)]
    public static partial void mosquitto_destroy(nint mosquitto);

    [LibraryImport(Soname)]
    public static partial int mosquitto_int_option(nint mosquitto, int option, int value);

    [LibraryImport(Soname)]
    public static partial int mosquitto_username_pw_set(nint mosquitto, byte* userName, byte* password);

    /// <summary>Owns <paramref name="properties"/> when it succeeds, and only then.</summary>
    [LibraryImport(Soname)]
    public static partial int mosquitto_will_set_v5(nint mosquitto, byte* topic, int payloadLength, byte* payload, int qos, byte retain, nint properties);

    [LibraryImport(Soname)]
    public static partial int mosquitto_tls_set(nint mosquitto, byte* caFile, byte* caPath, byte* certificateFile, byte* keyFile, nint passwordCallback);

    [LibraryImport(Soname)]
    public static partial int mosquitto_tls_opts_set(nint mosquitto, int certificateRequirement, byte* version, byte* ciphers);

    [LibraryImport(Soname)]
    public static partial int mosquitto_tls_insecure_set(nint mosquitto, byte insecure);

    [LibraryImport(Soname)]
    public static partial int mosquitto_connect_bind_v5(nint mosquitto, byte* host, int port, int keepAlive, byte* bindAddress, nint properties);

    [LibraryImport(Soname)]
    public static partial int mosquitto_connect_bind_async(nint mosquitto, byte* host, int port, int keepAlive, byte* bindAddress);

    [LibraryImport(Soname)]
    public static partial int mosquitto_disconnect_v5(nint mosquitto, int reasonCode, nint properties);

    [LibraryImport(Soname)]
    public static partial int mosquitto_publish_v5(nint mosquitto, int* messageId, byte* topic, int payloadLength, byte* payload, int qos, byte retain, nint properties);

    [LibraryImport(Soname)]
    public static partial int mosquitto_subscribe_v5(nint mosquitto, int* messageId, byte* filter, int qos, int options, nint properties);

    [LibraryImport(Soname)]
    public static partial int mosquitto_unsubscribe_v5(nint mosquitto, int* messageId, byte* filter, nint properties);

    // The two that only read a field: too short to tell the garbage collector about.
    [LibraryImport(Soname)]
    [SuppressGCTransition]
    public static partial int mosquitto_socket(nint mosquitto);

    [LibraryImport(Soname)]
    [SuppressGCTransition]
    public static partial byte mosquitto_want_write(nint mosquitto);

    [LibraryImport(Soname)]
    public static partial int mosquitto_loop_read(nint mosquitto, int maximumPackets);

    [LibraryImport(Soname)]
    public static partial int mosquitto_loop_write(nint mosquitto, int maximumPackets);

    [LibraryImport(Soname)]
    public static partial int mosquitto_loop_misc(nint mosquitto);

    [LibraryImport(Soname)]
    public static partial byte* mosquitto_strerror(int result);

    [LibraryImport(Soname)]
    public static partial void mosquitto_connect_v5_callback_set(nint mosquitto, delegate* unmanaged[Cdecl]<nint, void*, int, int, nint, void> callback);

    [LibraryImport(Soname)]
    public static partial void mosquitto_disconnect_v5_callback_set(nint mosquitto, delegate* unmanaged[Cdecl]<nint, void*, int, nint, void> callback);

    [LibraryImport(Soname)]
    public static partial void mosquitto_publish_v5_callback_set(nint mosquitto, delegate* unmanaged[Cdecl]<nint, void*, int, int, nint, void> callback);

    [LibraryImport(Soname)]
    public static partial void mosquitto_message_v5_callback_set(nint mosquitto, delegate* unmanaged[Cdecl]<nint, void*, MosquittoMessage*, nint, void> callback);

    [LibraryImport(Soname)]
    public static partial void mosquitto_subscribe_v5_callback_set(nint mosquitto, delegate* unmanaged[Cdecl]<nint, void*, int, int, int*, nint, void> callback);

    [LibraryImport(Soname)]
    public static partial void mosquitto_unsubscribe_v5_callback_set(nint mosquitto, delegate* unmanaged[Cdecl]<nint, void*, int, nint, void> callback);

    [LibraryImport(Soname)]
    public static partial void mosquitto_log_callback_set(nint mosquitto, delegate* unmanaged[Cdecl]<nint, void*, int, byte*, void> callback);

    /// <summary>Result codes that mean something to us; all others are shown by their text.</summary>
    public static class Result
    {
        public const int ConnectionPending = -1;
        public const int Success = 0;
        public const int Protocol = 2;
        public const int Invalid = 3;
        public const int NoConnection = 4;
        public const int ConnectionRefused = 5;
        public const int ConnectionLost = 7;
        public const int Tls = 8;
        public const int PayloadSize = 9;
        public const int Errno = 14;
        public const int AddressInfo = 15;
        public const int MalformedUtf8 = 18;
        public const int KeepAlive = 19;
        public const int MalformedPacket = 21;
        public const int DuplicateProperty = 22;
        public const int QosNotSupported = 24;
        public const int OversizePacket = 25;
    }

    public static class Option
    {
        public const int ProtocolVersion = 1;
        public const int SendMaximum = 5;
        public const int TcpNoDelay = 11;
    }

    public static class LogLevel
    {
        public const int Warning = 4;
        public const int Error = 8;
    }
}

/// <summary><c>struct mosquitto_message</c>.</summary>
internal unsafe struct MosquittoMessage
{
    public int MessageId;
    public byte* Topic;
    public byte* Payload;
    public int PayloadLength;
    public int Qos;
    public byte Retain;
}
