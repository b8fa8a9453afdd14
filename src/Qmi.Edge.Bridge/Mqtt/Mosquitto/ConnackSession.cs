using System.Runtime.InteropServices;
using static Qmi.Edge.Bridge.LibmosquittoProperties;

namespace Qmi.Edge.Bridge;

/// <summary>Reads what the broker said in CONNACK.</summary>
internal static unsafe class ConnackSession
{
    public static MqttSession Read(nint properties, bool sessionPresent, MqttProtocolVersion version, long number, MqttOptions options)
    {
        var asked = version == MqttProtocolVersion.V5 ? options.SessionExpiry : TimeSpan.Zero;
        return new MqttSession
        {
            ProtocolVersion = version,
            SessionPresent = sessionPresent,
            Number = number,
            MaximumQos = (MqttQos)ReadByte(properties, PropertyId.MaximumQos, (byte)MqttQos.ExactlyOnce),
            RetainAvailable = ReadByte(properties, PropertyId.RetainAvailable, 1) != 0,
            MaximumPacketSize = ReadInt32(properties, PropertyId.MaximumPacketSize),
            ReceiveMaximum = ReadInt16(properties, PropertyId.ReceiveMaximum) ?? ushort.MaxValue,
            TopicAliasMaximum = ReadInt16(properties, PropertyId.TopicAliasMaximum) ?? 0,
            KeepAlive = ReadInt16(properties, PropertyId.ServerKeepAlive) is { } keepAlive ? TimeSpan.FromSeconds(keepAlive) : TimeSpan.FromSeconds((int)options.KeepAlive.TotalSeconds),
            SessionExpiry = ReadInt32(properties, PropertyId.SessionExpiryInterval) is { } expiry ? TimeSpan.FromSeconds(expiry) : asked,
            WildcardSubscriptionAvailable = ReadByte(properties, PropertyId.WildcardSubscriptionAvailable, 1) != 0,
            SharedSubscriptionAvailable = ReadByte(properties, PropertyId.SharedSubscriptionAvailable, 1) != 0,
        };
    }

    /// <summary>The broker's own words, or null.</summary>
    public static string? ReadReasonString(nint properties)
    {
        byte* text = null;
        if (properties == 0 || mosquitto_property_read_string(properties, PropertyId.ReasonString, &text, 0) == 0)
            return null;
        var reason = Marshal.PtrToStringUTF8((nint)text);
        NativeMemory.Free(text);
        return reason;
    }

    private static byte ReadByte(nint properties, int identifier, byte absent)
    {
        byte value;
        return properties != 0 && mosquitto_property_read_byte(properties, identifier, &value, 0) != 0 ? value : absent;
    }

    private static ushort? ReadInt16(nint properties, int identifier)
    {
        ushort value;
        return properties != 0 && mosquitto_property_read_int16(properties, identifier, &value, 0) != 0 ? value : null;
    }

    private static uint? ReadInt32(nint properties, int identifier)
    {
        uint value;
        return properties != 0 && mosquitto_property_read_int32(properties, identifier, &value, 0) != 0 ? value : null;
    }
}
