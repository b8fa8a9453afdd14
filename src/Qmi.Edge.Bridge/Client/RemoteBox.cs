using System.Text.Json;

namespace Qmi.Edge.Bridge;

/// <summary>A box as it shows itself at the broker.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State"><c>starting</c>, <c>online</c>, <c>degraded</c>, <c>stopping</c>, <c>offline</c>, <c>lost</c> or <c>moved</c>.</param>
/// <param name="Boot">Identifies this run of it; later runs sort later.</param>
/// <param name="Since">Since when it is in this state, wall clock.</param>
/// <param name="Reason">Why, or null.</param>
public sealed record RemoteBox(string Name, string State, string Boot, DateTimeOffset? Since, string? Reason)
{
    /// <summary>
    /// Whether it says that it is there. A broker that was restarted may say so of a box that is not; a call tells for certain.
    /// </summary>
    public bool IsOnline => State is "online" or "degraded";

    internal static RemoteBox? Read(string topic, ReadOnlySpan<byte> payload)
    {
        // .../box/{name}/state
        if (payload.IsEmpty || topic.Split('/') is not [.., "box", var name, "state"])
            return null;
        var document = EnvelopeReader.Parse(payload);
        return new RemoteBox(
            name,
            ErrorReader.Text(document, "state") ?? throw new JsonException("A presence has a state."),
            ErrorReader.Text(document, "boot") ?? "",
            document.TryGetProperty("since", out var since) && since.ValueKind == JsonValueKind.String && since.TryGetDateTimeOffset(out var time) ? time : null,
            ErrorReader.Text(document, "reason"));
    }
}
