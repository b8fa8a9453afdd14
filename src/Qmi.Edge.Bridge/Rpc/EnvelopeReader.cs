using System.Text;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Reads the payload of a request. Whatever is wrong is one error that says what, where and how to mend it.</summary>
internal static class EnvelopeReader
{
    public const int LongestId = 64;

    // More often would be a flood of the caller's own making.
    private const int LeastProgress = 50;
    private const int LongestNear = 24;

    private static readonly string[] Keys = ["args", "id", "reply_to", "timeout_ms", "lock", "fence", "if_rev", "if_boot", "wait", "progress_ms", "dry_run", "trace", "v"];

    /// <exception cref="QmiException">BAD_JSON, BAD_REQUEST, UNSUPPORTED_VERSION.</exception>
    public static RequestEnvelope Read(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
            return new RequestEnvelope();
        var root = Parse(payload);
        return root.ValueKind switch
        {
            JsonValueKind.Array => new RequestEnvelope { Arguments = root },
            JsonValueKind.Object => ReadObject(root),
            _ => throw Bad("The payload must be empty, an array of arguments, or an object such as {\"args\":{...}}."),
        };
    }

    /// <summary>Parses a payload, naming the place of a mistake.</summary>
    /// <exception cref="QmiException">BAD_JSON.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> payload)
    {
        if (UnicodeCheck.FindBrokenByte(payload) is >= 0 and var broken)
            throw NotUnicode(payload, broken, "it is not UTF-8");
        var root = ParseValue(payload);
        if (UnicodeCheck.FindHalfPair(payload) is >= 0 and var half)
            throw NotUnicode(payload, half, "half of a surrogate pair is no character");
        return root;
    }

    private static JsonElement ParseValue(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = JsonStyle.MaxDepth });
            var root = JsonElement.ParseValue(ref reader);
            // Anything but white space after the value is a mistake, which the reader reports.
            reader.Read();
            return root;
        }
        catch (JsonException exception)
        {
            throw NotJson(payload, (exception.LineNumber ?? 0) + 1, (exception.BytePositionInLine ?? 0) + 1, Reason(exception), exception);
        }
    }

    private static QmiException NotUnicode(ReadOnlySpan<byte> payload, int place, string reason)
    {
        var before = payload[..place];
        return NotJson(payload, before.Count((byte)'\n') + 1, place - before.LastIndexOf((byte)'\n'), reason, null);
    }

    private static QmiException NotJson(ReadOnlySpan<byte> payload, long line, long column, string reason, Exception? cause) =>
        new(ErrorCode.BadJson, $"The payload is not JSON: line {line}, column {column}: {reason}", cause)
        {
            Details = new Dictionary<string, object?> { ["line"] = line, ["col"] = column, ["near"] = Near(payload, line, column) },
        };

    private static RequestEnvelope ReadObject(JsonElement root)
    {
        var envelope = new RequestEnvelope();
        var seen = 0u;
        foreach (var member in root.EnumerateObject())
        {
            // A bit for each key. What is not known has the last one, and is refused the first time.
            var name = member.Name;
            var bit = 1u << Array.IndexOf(Keys, name);
            if ((seen & bit) != 0)
                throw Bad($"\"{name}\" is given twice: keep one of them.");
            seen |= bit;
            envelope = Take(envelope, name, member.Value);
        }

        return envelope;
    }

    private static RequestEnvelope Take(RequestEnvelope envelope, string name, JsonElement value) => name switch
    {
        "args" => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array
            ? envelope with { Arguments = value }
            : throw Bad("\"args\" must be an object (by name) or an array (by position)."),
        "id" => envelope with { Id = Text(name, value, LongestId) },
        "reply_to" => envelope with { ReplyTo = Text(name, value, ushort.MaxValue) },
        "timeout_ms" => envelope with { Timeout = TimeSpan.FromMilliseconds(Number(name, value, 1, int.MaxValue)) },
        "lock" => envelope with { LockToken = Text(name, value, 256) },
        "fence" => envelope with { Fence = (ulong)Number(name, value, 0, long.MaxValue) },
        "if_rev" => envelope with { IfRevision = Number(name, value, 0, long.MaxValue) },
        "if_boot" => envelope with { IfBoot = Text(name, value, 64) },
        "wait" => envelope with { WaitAcceptedOnly = Choice(name, value, "accepted", "done") },
        "dry_run" => envelope with { DryRun = Flag(name, value) },
        "trace" => envelope with { Trace = Text(name, value, 256) },
        "v" when Number(name, value, 0, int.MaxValue) != 1 => throw new QmiException(ErrorCode.UnsupportedVersion, $"Version {value.GetRawText()} of the envelope is not known: use 1.")
        {
            Details = new Dictionary<string, object?> { ["supported"] = 1 },
        },
        "v" => envelope,
        "progress_ms" => envelope with { ProgressInterval = TimeSpan.FromMilliseconds(Number(name, value, LeastProgress, int.MaxValue)) },
        _ => throw Bad($"\"{name}\" is not known here{Hint(name)}."),
    };

    private static string Hint(string name) =>
        NearestName.Find(name, Keys, 1) switch
        {
            ["args"] => " (did you mean {\"args\":{...}}?)",
            [var nearest] => $" (did you mean \"{nearest}\"?)",
            _ => $" (did you mean {{\"args\":{{\"{name}\":...}}}}?)",
        };

    private static string Text(string name, JsonElement value, int longest)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text && text.Length <= longest)
            return text;
        throw Bad($"\"{name}\" must be a string of 1 to {longest} characters.");
    }

    private static long Number(string name, JsonElement value, long least, long most)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most)
            return number;
        throw Bad($"\"{name}\" must be a whole number from {least} to {most}.");
    }

    private static bool Flag(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Bad($"\"{name}\" must be true or false."),
    };

    private static bool Choice(string name, JsonElement value, string first, string second)
    {
        if (value.ValueKind == JsonValueKind.String && (value.ValueEquals(first) || value.ValueEquals(second)))
            return value.ValueEquals(first);
        throw Bad($"\"{name}\" must be \"{first}\" or \"{second}\".");
    }

    private static QmiException Bad(string message) => new(ErrorCode.BadRequest, message);

    // The framework appends the place in words of its own.
    private static string Reason(JsonException exception)
    {
        var end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? exception.Message : exception.Message[..end];
    }

    private static string Near(ReadOnlySpan<byte> payload, long line, long column)
    {
        for (var skipped = 1L; skipped < line; skipped++)
            payload = payload[(payload.IndexOf((byte)'\n') + 1)..];
        var start = (int)Math.Clamp(column - 1 - (LongestNear / 2), 0, payload.Length);
        return Encoding.UTF8.GetString(payload.Slice(start, Math.Min(LongestNear, payload.Length - start)));
    }
}
