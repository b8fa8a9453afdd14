namespace Qmi.Edge.Bridge.Tests;

/// <summary>How a bridge under test connects.</summary>
internal static class Mosquitto
{
    /// <summary>With the real client; what it logs shows in the test's output.</summary>
    public static MqttConnect Connect(MqttOptions options) => (customise, _) => new MosquittoConnection(customise(options), TestLog.Instance);
}
