namespace Qmi.Edge.Bridge;

/// <summary>How the second connection of a box is made, the one for signals and log lines.</summary>
internal static class DataConnection
{
    // What waits here is old when it arrives. A batch of the largest size fits; what is newer waits where the oldest is given up.
    private const int OutboxBytes = 512 * 1024;

    /// <summary>What its logger is called. Lines of this name are not published: one about a failed publication would make the next.</summary>
    public const string LoggerCategory = "Qmi.Edge.Bridge.Data";

    /// <summary>The same broker and credentials as for control; another client, without a will, of which nothing is kept.</summary>
    public static MqttOptions OptionsOf(MqttOptions control)
    {
        ArgumentNullException.ThrowIfNull(control);
        return control with
        {
            ClientId = control.ClientId + "-data",
            Will = null,
            SessionExpiry = TimeSpan.Zero,
            OutboxBytes = OutboxBytes,
            MaximumPacketSize = null,
        };
    }
}
