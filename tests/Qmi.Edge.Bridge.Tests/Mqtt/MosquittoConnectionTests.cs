namespace Qmi.Edge.Bridge.Tests;

/// <summary>The contract over libmosquitto, MQTT 5.</summary>
public sealed class MosquittoConnectionTests : Mqtt5ConnectionContract
{
    protected override IMqttConnection Create(MqttOptions options) => new MosquittoConnection(options, TestLog.Instance);
}

/// <summary>The contract over libmosquitto, MQTT 3.1.1.</summary>
public sealed class MosquittoConnection311Tests : MqttConnectionContract
{
    protected override MqttProtocolVersion Version => MqttProtocolVersion.V311;

    protected override IMqttConnection Create(MqttOptions options) => new MosquittoConnection(options, TestLog.Instance);
}
