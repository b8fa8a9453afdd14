namespace Qmi.Edge.Bridge;

/// <summary>How a box is shown to Home Assistant.</summary>
public sealed record HomeAssistantOptions
{
    /// <summary>First level of Home Assistant's discovery topics.</summary>
    public string Prefix { get; init; } = "homeassistant";

    /// <summary>
    /// The user name of Home Assistant at the broker, in whose name it changes settings, starts and stops; the box must give it the role of an
    /// operator. Null = it is shown values, and no controls.
    /// </summary>
    public string? User { get; init; }
}
