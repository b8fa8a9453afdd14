namespace Qmi.Edge.Bridge;

/// <summary>What libmosquitto calls back, on the thread that runs its loop functions and inside them.</summary>
internal unsafe interface IMosquittoCallbacks
{
    /// <summary>CONNACK came.</summary>
    void OnConnack(int code, int flags, nint properties);

    /// <summary>The socket was closed.</summary>
    /// <param name="result">A result of the library, or 0x80 and above the reason code of a DISCONNECT by the server; 0 for its normal one.</param>
    /// <param name="errno">The system's error at that moment.</param>
    void OnClosed(int result, int errno);

    /// <summary>A QoS 1 publication was acknowledged; or one of QoS 0 was written, which nobody here waits for.</summary>
    void OnPublished(ushort messageId, int code);

    /// <summary>PUBLISH came.</summary>
    void OnMessage(MosquittoMessage* message, nint properties);

    /// <summary>SUBACK came.</summary>
    void OnSubscribed(ushort messageId, int code);

    /// <summary>UNSUBACK came.</summary>
    void OnUnsubscribed(ushort messageId);

    /// <summary>A handler threw. The exception stops here: it must not cross the library's frames.</summary>
    void OnException(Exception exception);
}
