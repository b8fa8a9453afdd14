using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>A settings push as it comes from outside, checked for form only.</summary>
/// <param name="Values">The settings, or the part that changes.</param>
/// <param name="Replace">Whether <paramref name="Values"/> are the whole.</param>
/// <param name="BaseRevision">The revision the pusher believes to be the newest.</param>
public sealed record SettingsPushBody(JsonElement Values, bool Replace, long? BaseRevision)
{
    /// <summary>Reads an object whose members a schema has accepted.</summary>
    public static SettingsPushBody Read(JsonElement body) => new(
        body.GetProperty("values"),
        body.TryGetProperty("mode", out var mode) && mode.ValueEquals("replace"u8),
        body.TryGetProperty("base_rev", out var revision) ? revision.GetInt64() : null);
}
