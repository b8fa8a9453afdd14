using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What the topic <c>state</c> of a box says.</summary>
/// <param name="State">Whether it is there.</param>
/// <param name="Boot">The run that says so, or of which it is said.</param>
/// <param name="Connection">Which connection of that run.</param>
internal sealed record PresenceDocument(PresenceState State, string Boot, long Connection)
{
    // Ours has about 200 bytes. Whatever is much longer was published by somebody else and need not be understood.
    private const int Longest = 4096;

    private static readonly string[] Names = [.. Enum.GetNames<PresenceState>().Select(name => name.ToLowerInvariant())];

    /// <summary>Since when, wall clock.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Why, for people; or null.</summary>
    public string? Reason { get; init; }

    /// <summary>For <see cref="PresenceState.Moved"/>: what all topics of the box begin with now.</summary>
    public string? MovedTo { get; init; }

    /// <summary>Said by a box that runs, as opposed to said in its name or as a farewell.</summary>
    public bool IsAlive => State <= PresenceState.Stopping;

    /// <summary>What is written there; null for what is no such document.</summary>
    public static PresenceDocument? TryRead(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty || json.Length > Longest)
            return null;
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("state"u8, out var state) && state.ValueKind == JsonValueKind.String && Array.IndexOf(Names, state.GetString()) is >= 0 and var index
                && root.TryGetProperty("boot"u8, out var boot) && boot.ValueKind == JsonValueKind.String && BootId.IsValid(boot.GetString()!)
                && root.TryGetProperty("conn"u8, out var connection) && connection.ValueKind == JsonValueKind.Number && connection.TryGetInt64(out var number)
                ? new PresenceDocument((PresenceState)index, boot.GetString()!, number)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Also what parses and is no text: half of a surrogate pair.
            return null;
        }
    }

    /// <summary>The name of a state on the wire.</summary>
    public static string NameOf(PresenceState state) => Names[(int)state];

    /// <summary>The bytes to publish.</summary>
    public byte[] ToBytes()
    {
        using var buffer = JsonBuffer.Rent();
        var writer = buffer.Writer;
        writer.WriteStartObject();
        writer.WriteNumber("v"u8, 1);
        writer.WriteString("state"u8, NameOf(State));
        writer.WriteString("boot"u8, Boot);
        writer.WriteNumber("conn"u8, Connection);
        writer.WriteTimestamp("since"u8, Since);
        if (Reason is not null)
            writer.WriteString("reason"u8, Reason);
        if (MovedTo is not null)
        {
            writer.WriteString("to"u8, MovedTo[(MovedTo.LastIndexOf('/') + 1)..]);
            writer.WriteString("root"u8, MovedTo);
        }

        writer.WriteEndObject();
        return buffer.Written.ToArray();
    }
}
