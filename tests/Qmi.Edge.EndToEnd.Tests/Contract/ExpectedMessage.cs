using System.Text.Json;
using System.Text.RegularExpressions;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>
/// A message as a page shows it, "topic payload": every member as it is there, and "…" for what differs each time. As a value it stands for any value,
/// at the end of a text for any rest of it, among the members of an object for more members.
/// </summary>
internal sealed partial record ExpectedMessage(string Topic, string Payload)
{
    /// <summary>Whether a message that was seen is one of these.</summary>
    public bool IsMetBy(string topic, string payload)
    {
        if (topic != Topic)
            return false;
        if (Payload.Length == 0 || payload.Length == 0)
            return Payload == payload;
        using var expected = JsonDocument.Parse(WithoutGaps(Payload));
        using var actual = JsonDocument.Parse(payload);
        return Fits(expected.RootElement, actual.RootElement);
    }

    private static bool Fits(JsonElement expected, JsonElement actual)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.String when expected.GetString()!.EndsWith('…'):
                var beginning = expected.GetString()![..^1];
                return beginning.Length == 0 || (actual.ValueKind == JsonValueKind.String && actual.GetString()!.StartsWith(beginning, StringComparison.Ordinal));
            case JsonValueKind.Object when actual.ValueKind == JsonValueKind.Object:
                var members = expected.EnumerateObject().Where(member => member.Name != "…").ToArray();
                return members.All(member => actual.TryGetProperty(member.Name, out var value) && Fits(member.Value, value))
                    && (expected.TryGetProperty("…", out _) || members.Length == actual.EnumerateObject().Count());
            case JsonValueKind.Array when actual.ValueKind == JsonValueKind.Array:
                return expected.GetArrayLength() == actual.GetArrayLength() && expected.EnumerateArray().Zip(actual.EnumerateArray()).All(pair => Fits(pair.First, pair.Second));
            default:
                return JsonElement.DeepEquals(expected, actual);
        }
    }

    // Makes JSON of it: "…" as a value becomes a text that stands for any, "…" among the members of an object a member that stands for more.
    private static string WithoutGaps(string payload)
    {
        var isObject = new Stack<bool>();
        var isValue = true;
        return Token().Replace(payload, token =>
        {
            switch (token.Value)
            {
                case "{" or "[":
                    isObject.Push(token.Value == "{");
                    isValue = token.Value == "[";
                    return token.Value;
                case "}" or "]":
                    isObject.Pop();
                    return token.Value;
                case ",":
                    isValue = !isObject.Peek();
                    return token.Value;
                case ":":
                    isValue = true;
                    return token.Value;
                case "…":
                    return isValue ? "\"…\"" : "\"…\":0";
                default:
                    return token.Value;
            }
        });
    }

    [GeneratedRegex(@"""(?:\\.|[^""\\])*""|[{}\[\]:,…]")]
    private static partial Regex Token();
}
