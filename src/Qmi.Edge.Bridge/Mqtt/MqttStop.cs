namespace Qmi.Edge.Bridge;

/// <summary>How a connection is ended.</summary>
public enum MqttStop
{
    /// <summary>What was accepted is sent, then DISCONNECT: the broker drops the will.</summary>
    Clean,

    /// <summary>The socket is closed without a word, as if the process had died: the broker publishes the will.</summary>
    Abrupt,
}
