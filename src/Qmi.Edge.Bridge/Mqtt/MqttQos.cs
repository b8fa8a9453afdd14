namespace Qmi.Edge.Bridge;

/// <summary>Quality of service.</summary>
public enum MqttQos : byte
{
    /// <summary>QoS 0: sent and forgotten.</summary>
    AtMostOnce = 0,

    /// <summary>QoS 1: acknowledged.</summary>
    AtLeastOnce = 1,

    /// <summary>QoS 2: what a broker may announce. The bridge does not use it.</summary>
    ExactlyOnce = 2,
}
