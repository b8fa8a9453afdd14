using System.Runtime.InteropServices;

namespace Qmi.Edge.Bridge;

/// <summary>The part of libmosquitto that reads and writes MQTT 5 properties.</summary>
internal static unsafe partial class LibmosquittoProperties
{
    private const string Soname = Libmosquitto.Soname;

    [LibraryImport(Soname)]
    public static partial int mosquitto_property_add_byte(nint* list, int identifier, byte value);

    [LibraryImport(Soname)]
    public static partial int mosquitto_property_add_int16(nint* list, int identifier, ushort value);

    [LibraryImport(Soname)]
    public static partial int mosquitto_property_add_int32(nint* list, int identifier, uint value);

    [LibraryImport(Soname)]
    public static partial int mosquitto_property_add_binary(nint* list, int identifier, void* value, ushort length);

    [LibraryImport(Soname)]
    public static partial int mosquitto_property_add_string(nint* list, int identifier, byte* value);

    [LibraryImport(Soname)]
    public static partial int mosquitto_property_add_string_pair(nint* list, int identifier, byte* name, byte* value);

    [LibraryImport(Soname)]
    public static partial void mosquitto_property_free_all(nint* list);

    [LibraryImport(Soname)]
    [SuppressGCTransition]
    public static partial int mosquitto_property_identifier(nint property);

    [LibraryImport(Soname)]
    [SuppressGCTransition]
    public static partial nint mosquitto_property_next(nint property);

    [LibraryImport(Soname)]
    public static partial nint mosquitto_property_read_byte(nint list, int identifier, byte* value, byte skipFirst);

    [LibraryImport(Soname)]
    public static partial nint mosquitto_property_read_int16(nint list, int identifier, ushort* value, byte skipFirst);

    [LibraryImport(Soname)]
    public static partial nint mosquitto_property_read_int32(nint list, int identifier, uint* value, byte skipFirst);

    /// <summary>Gives a copy made by malloc, which the caller frees. So do the two below.</summary>
    [LibraryImport(Soname)]
    public static partial nint mosquitto_property_read_string(nint list, int identifier, byte** value, byte skipFirst);

    [LibraryImport(Soname)]
    public static partial nint mosquitto_property_read_binary(nint list, int identifier, void** value, ushort* length, byte skipFirst);

    [LibraryImport(Soname)]
    public static partial nint mosquitto_property_read_string_pair(nint list, int identifier, byte** name, byte** value, byte skipFirst);
}

/// <summary>Property identifiers, MQTT 5 section 2.2.2.2.</summary>
internal static class PropertyId
{
    public const int PayloadFormatIndicator = 1;
    public const int MessageExpiryInterval = 2;
    public const int ContentType = 3;
    public const int ResponseTopic = 8;
    public const int CorrelationData = 9;
    public const int SessionExpiryInterval = 17;
    public const int ServerKeepAlive = 19;
    public const int RequestProblemInformation = 23;
    public const int WillDelayInterval = 24;
    public const int ReasonString = 31;
    public const int ReceiveMaximum = 33;
    public const int TopicAliasMaximum = 34;
    public const int MaximumQos = 36;
    public const int RetainAvailable = 37;
    public const int UserProperty = 38;
    public const int MaximumPacketSize = 39;
    public const int WildcardSubscriptionAvailable = 40;
    public const int SharedSubscriptionAvailable = 42;
}
