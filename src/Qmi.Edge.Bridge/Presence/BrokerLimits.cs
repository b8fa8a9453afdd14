using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What a broker announced that it does not do, as alarms: the box obeys, but somebody must know what does not work with it.</summary>
internal static class BrokerLimits
{
    // A reply has some hundred bytes beside its result: topic, properties, envelope.
    private const int Overhead = 4096;

    /// <summary>Raises the alarms that a broker gives rise to and clears those that it does not.</summary>
    public static void Show(MqttSession session, int payloadLimit, AlarmBoard alarms)
    {
        Show(alarms, "broker-cannot-retain", AlarmSeverity.Error, "BROKER_CANNOT_RETAIN", !session.RetainAvailable,
            "The broker does not retain messages: whoever connects later sees neither the state of the box nor its documents. Allow retained messages (mosquitto: retain_available true).");
        Show(alarms, "broker-no-wildcards", AlarmSeverity.Error, "BROKER_NO_WILDCARDS", !session.WildcardSubscriptionAvailable,
            "The broker takes no subscriptions with wildcards: no request reaches the box. Allow them, or use another broker.");
        Show(alarms, "broker-qos-0", AlarmSeverity.Warning, "BROKER_QOS_0", session.MaximumQos == MqttQos.AtMostOnce,
            "The broker takes QoS 0 only: requests, replies and documents may be lost without a trace. Allow QoS 1 (mosquitto: max_qos 1 or more).");
        Show(alarms, "broker-small-packets", AlarmSeverity.Warning, "BROKER_SMALL_PACKETS", session.MaximumPacketSize < payloadLimit + Overhead,
            $"The broker takes packets of at most {session.MaximumPacketSize} bytes, and a result or document of the box may have {payloadLimit}: larger ones do not arrive. Raise the broker's limit (mosquitto: max_packet_size).");
    }

    private static void Show(AlarmBoard alarms, string id, AlarmSeverity severity, string code, bool isSo, string text)
    {
        if (isSo)
            alarms.Raise(id, severity, code, text);
        else
            alarms.Clear(id);
    }
}
