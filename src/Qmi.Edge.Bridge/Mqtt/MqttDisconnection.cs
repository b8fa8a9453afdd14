namespace Qmi.Edge.Bridge;

/// <summary>Why there is no connection, and when the next attempt is made.</summary>
/// <param name="Reason">What the broker said or what happened on this side.</param>
/// <param name="Text">The same for a person: what failed, with the system's or the broker's own words, and where to look.</param>
/// <param name="RetryAfter">How long until the next attempt; null when there is none because the connection was stopped.</param>
/// <param name="WasConnected">True when a connection ended, false when an attempt to make one failed.</param>
public sealed record MqttDisconnection(MqttReason Reason, string Text, TimeSpan? RetryAfter, bool WasConnected);
