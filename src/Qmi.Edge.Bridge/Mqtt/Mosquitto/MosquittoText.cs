using System.Runtime.InteropServices;
using static Qmi.Edge.Bridge.Libmosquitto;

namespace Qmi.Edge.Bridge;

/// <summary>What the numbers that libmosquitto returns mean.</summary>
internal static class MosquittoText
{
    /// <summary>The library's own words for a result.</summary>
    public static unsafe string Describe(int result) => Marshal.PtrToStringUTF8((nint)mosquitto_strerror(result)) is { } text ? $"{text.TrimEnd('.')} (libmosquitto {result})" : $"libmosquitto {result}";

    /// <summary>The words of the system for an errno.</summary>
    public static string DescribeErrno(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    /// <summary>What a result says about the connection as a whole.</summary>
    public static MqttReason GetReason(int result) => result switch
    {
        Result.NoConnection or Result.ConnectionLost or Result.Errno => MqttReason.ConnectionLost,
        Result.KeepAlive => MqttReason.KeepAliveExpired,
        Result.Tls => MqttReason.TlsFailed,
        Result.AddressInfo => MqttReason.NameNotResolved,
        Result.Invalid => MqttReason.Misconfigured,
        Result.Protocol or Result.MalformedPacket or Result.MalformedUtf8 or Result.DuplicateProperty => MqttReason.ProtocolViolated,
        _ => MqttReason.InternalError,
    };

    /// <summary>What a result says about one publication or subscription, the connection being fine.</summary>
    public static MqttReason GetRefusal(int result) => result switch
    {
        Result.Invalid or Result.MalformedUtf8 => MqttReason.TopicNameInvalid,
        Result.PayloadSize or Result.OversizePacket => MqttReason.PacketTooLarge,
        Result.QosNotSupported => MqttReason.QosNotSupported,
        _ => MqttReason.InternalError,
    };

    /// <summary>Whether a result of a send means that the connection is gone.</summary>
    public static bool IsConnectionGone(int result) => result is Result.NoConnection or Result.ConnectionLost or Result.Errno or Result.Tls;

    /// <summary>The reason codes of 3.1.1's CONNACK as those of MQTT 5, which libmosquitto passes through.</summary>
    public static MqttReason GetConnackReason(int code) => code switch
    {
        1 => MqttReason.UnsupportedProtocolVersion,
        2 => MqttReason.ClientIdentifierNotValid,
        3 => MqttReason.ServerUnavailable,
        4 => MqttReason.BadUserNameOrPassword,
        5 => MqttReason.NotAuthorized,
        _ => (MqttReason)code,
    };
}
