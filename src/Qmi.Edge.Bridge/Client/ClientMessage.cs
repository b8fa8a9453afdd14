namespace Qmi.Edge.Bridge;

/// <summary>A received message, copied.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Payload">Its payload.</param>
/// <param name="IsRetained">Whether the broker had kept it: it says how things are, and not that they have just changed.</param>
internal sealed record ClientMessage(string Topic, byte[] Payload, bool IsRetained);
