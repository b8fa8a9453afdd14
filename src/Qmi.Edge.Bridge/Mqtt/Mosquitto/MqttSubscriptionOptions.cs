namespace Qmi.Edge.Bridge;

/// <summary>The options byte of a subscription, MQTT 5 section 3.8.3.1.</summary>
internal static class MqttSubscriptionOptions
{
    private const byte NoLocal = 0x04;
    private const byte RetainAsPublished = 0x08;
    private const int RetainHandlingShift = 4;

    public static byte Encode(MqttSubscription subscription) => (byte)(
        (subscription.NoLocal ? NoLocal : 0)
        | (subscription.RetainAsPublished ? RetainAsPublished : 0)
        | ((int)subscription.RetainHandling << RetainHandlingShift));

    public static MqttSubscription Decode(string filter, MqttQos qos, byte options) => new(filter, qos)
    {
        NoLocal = (options & NoLocal) != 0,
        RetainAsPublished = (options & RetainAsPublished) != 0,
        RetainHandling = (MqttRetainHandling)(options >> RetainHandlingShift),
    };
}
