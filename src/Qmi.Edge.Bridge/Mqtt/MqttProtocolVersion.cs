namespace Qmi.Edge.Bridge;

/// <summary>The version of MQTT, by its number on the wire.</summary>
public enum MqttProtocolVersion : byte
{
    /// <summary>MQTT 3.1.1: no properties, no reason codes.</summary>
    V311 = 4,

    /// <summary>MQTT 5.</summary>
    V5 = 5,
}
