using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>A settings push as it comes from outside, checked for form only.</summary>
/// <param name="Values">The settings, or the part that changes.</param>
/// <param name="Replace">Whether <paramref name="Values"/> are the whole.</param>
/// <param name="BaseRevision">The revision the pusher believes to be the newest.</param>
public sealed record SettingsPushBody(JsonElement Values, bool Replace, long? BaseRevision)
{
    private const int LongestNote = 256;

    /// <summary>The members that a push may have, on every way on which it comes.</summary>
    public static IReadOnlyList<SchemaProperty> Members { get; } =
    [
        new("values", new Schema { Type = SchemaType.Object, AdditionalProperties = new Schema { Type = SchemaType.Any }, Description = "The settings, or the part that changes." }, Required: true),
        new("mode", new Schema { Type = SchemaType.String, Enum = ["merge", "replace"], Default = "\"merge\"", Description = "Lay the values over the newest settings (RFC 7396), or take them as the whole." }),
        new("base_rev", new Schema { Type = SchemaType.Integer, Minimum = 0, Description = "Refuse when the newest revision is another." }),
        new("rebase", new Schema { Type = SchemaType.Boolean, Default = "false", Description = "Do not refuse a merge whose values nobody has set since base_rev." }),
        new("apply", new Schema { Type = SchemaType.String, Enum = ["now", "next_start"], Default = "\"now\"", Description = "At the task's next turn, or before the first turn of its next start." }),
        new("expires", new Schema { Type = SchemaType.String, Format = "date-time", MaxLength = 40, Description = "Not in effect by then, they never will be: a time in UTC, as 2026-09-22T00:00:00Z." }),
        new("confirm_ms", new Schema { Type = SchemaType.Integer, Unit = "ms", Minimum = 0, Maximum = SettingsTerms.LongestConfirm.TotalMilliseconds, Default = "0", Description = "Take them back unless confirm_settings comes within this time; 0 = they need no confirmation." }),
        new("note", new Schema { Type = SchemaType.String, MaxLength = LongestNote, Description = "What for, shown to everybody." }),
    ];

    /// <summary>Whether a merge is accepted although <see cref="BaseRevision"/> is not the newest, when nobody has set its values since.</summary>
    public bool Rebase { get; init; }

    /// <summary>Under which conditions it is pushed.</summary>
    public SettingsTerms Terms { get; init; } = SettingsTerms.None;

    /// <summary>Reads an object whose members a schema has accepted.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/>.</exception>
    public static SettingsPushBody Read(JsonElement body)
    {
        var isReplace = IsText(body, "mode", "replace"u8);
        var isRebase = body.TryGetProperty("rebase", out var rebase) && rebase.ValueKind == JsonValueKind.True;
        if (isRebase && isReplace)
            throw Wrong("/rebase", "rebase", "rebase is for mode merge: a replacement leaves nothing of what others have set.");
        return new SettingsPushBody(body.GetProperty("values"), isReplace, body.GetInteger("base_rev"))
        {
            Rebase = isRebase,
            Terms = new SettingsTerms
            {
                AtNextStart = IsText(body, "apply", "next_start"u8),
                Expires = body.TryGetProperty("expires", out var expires) ? ReadTime(expires) : null,
                Confirm = body.GetInteger("confirm_ms") is > 0 and var within ? TimeSpan.FromMilliseconds(within) : null,
                Note = body.TryGetProperty("note", out var note) ? note.GetString() : null,
            },
        };
    }

    private static bool IsText(JsonElement body, string name, ReadOnlySpan<byte> text) => body.TryGetProperty(name, out var value) && value.ValueEquals(text);

    // Local times are what nobody can compare: only UTC is a time here.
    private static DateTimeOffset ReadTime(JsonElement value) =>
        value.GetString()!.EndsWith('Z') && value.TryGetDateTimeOffset(out var time)
            ? time
            : throw Wrong("/expires", "format", "/expires must be a time in UTC, as 2026-09-22T00:00:00Z.");

    private static QmiException Wrong(string path, string code, string message) =>
        new(ErrorCode.BadArgs, message) { Violations = [new SchemaViolation(path, code, message)] };
}
