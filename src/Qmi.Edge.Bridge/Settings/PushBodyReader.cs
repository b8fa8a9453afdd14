using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>A settings push by topic, checked for form.</summary>
internal sealed record PushRequest(string? Id, SettingsPushBody Body, string? LockToken, JsonElement Content)
{
    /// <summary>Whether it can be retained: with the revision it was made for, or the time until it is wanted, last year's settings never come back.</summary>
    public bool HasGuard => Body.BaseRevision is not null || Body.Terms.Expires is not null;
}

/// <summary>Reads the payload of a settings push.</summary>
internal static class PushBodyReader
{
    private static readonly Schema Schema = new()
    {
        Type = SchemaType.Object,
        Properties =
        [
            new("id", new Schema { Type = SchemaType.String, MinLength = 1, MaxLength = 64 }),
            .. SettingsPushBody.Members,
            new("lock", new Schema { Type = SchemaType.String, MinLength = 1 }),
            new("v", new Schema { Type = SchemaType.Integer, Minimum = 1, Maximum = 1 }),
        ],
    };

    /// <exception cref="QmiException">BAD_JSON, BAD_ARGS.</exception>
    public static PushRequest Read(ReadOnlySpan<byte> payload)
    {
        var root = EnvelopeReader.Parse(payload);
        SchemaViolations.ThrowIfAny(Schema.Validate(root), "The push");
        return new PushRequest(GetText(root, "id"), SettingsPushBody.Read(root), GetText(root, "lock"), Without(root, "id", "lock"));
    }

    /// <summary>The id of a push that is otherwise wrong, so that even its refusal can be told apart.</summary>
    public static string? FindId(ReadOnlySpan<byte> payload)
    {
        try
        {
            var root = EnvelopeReader.Parse(payload);
            return root.ValueKind == JsonValueKind.Object ? GetText(root, "id") : null;
        }
        catch (QmiException)
        {
            // Not JSON: it has no id, and its refusal says why.
            return null;
        }
    }

    private static JsonElement Without(JsonElement root, params ReadOnlySpan<string> names)
    {
        using var buffer = JsonBuffer.Rent();
        buffer.Writer.WriteStartObject();
        foreach (var member in root.EnumerateObject())
        {
            if (!names.Contains(member.Name))
                member.WriteTo(buffer.Writer);
        }

        buffer.Writer.WriteEndObject();
        using var document = JsonDocument.Parse(buffer.Written);
        return document.RootElement.Clone();
    }

    private static string? GetText(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
