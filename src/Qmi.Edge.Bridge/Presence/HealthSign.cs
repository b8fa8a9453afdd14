using System.Text.Json;

namespace Qmi.Edge.Bridge;

/// <summary>What a health document says of the run that publishes it.</summary>
/// <param name="Boot">The run.</param>
/// <param name="Period">How often it publishes one, when it says so.</param>
internal sealed record HealthSign(string Boot, TimeSpan? Period)
{
    /// <summary>Reads a document; null when it is none.</summary>
    public static HealthSign? TryRead(ReadOnlySpan<byte> json)
    {
        string? boot = null;
        TimeSpan? period = null;
        try
        {
            // Both stand at the beginning, but that is no promise; the rest may be long and is not built.
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                    continue;
                if (reader.ValueTextEquals("boot"u8) && reader.Read() && reader.TokenType == JsonTokenType.String)
                    boot = reader.GetString();
                else if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("period_s"u8) && reader.Read() && reader.TokenType == JsonTokenType.Number)
                    period = reader.TryGetDouble(out var seconds) && seconds is > 0 and < 86_400 ? TimeSpan.FromSeconds(seconds) : null;
            }
        }
        catch (JsonException)
        {
            return null;
        }

        return boot is null ? null : new HealthSign(boot, period);
    }
}
