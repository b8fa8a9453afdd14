using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What an object of a box says of itself. Unlike <see cref="ObjectProxy.Description"/> it is the box's own word, and needs no types of the box.</summary>
/// <param name="Box">The box.</param>
/// <param name="Name">Name of the object.</param>
/// <param name="Kind">Task or instrument.</param>
/// <param name="ClassName">The full name of its class.</param>
/// <param name="Methods">All methods with the verb under which they are called.</param>
/// <param name="Signals">The names of all signals.</param>
/// <param name="Document">All of it as JSON, with the JSON Schema of settings, status, arguments, results and signals.</param>
public sealed record RemoteDescription(
    string Box,
    string Name,
    ObjectKind Kind,
    string ClassName,
    IReadOnlyDictionary<string, RpcAccess> Methods,
    IReadOnlyList<string> Signals,
    JsonElement Document)
{
    internal static RemoteDescription? Read(string topic, ReadOnlySpan<byte> payload)
    {
        // .../box/{box}/task|instrument/{name}/info
        if (payload.IsEmpty || topic.Split('/') is not [.., "box", var box, ("task" or "instrument") and var kind, var name, "info"])
            return null;
        var document = EnvelopeReader.Parse(payload);
        return new RemoteDescription(
            box,
            name,
            kind == "task" ? ObjectKind.Task : ObjectKind.Instrument,
            ErrorReader.Text(document, "class") ?? throw new JsonException("A description has a class."),
            Members(document, "methods").ToDictionary(method => method.Name, method => ReadVerb(method.Value)),
            [.. Members(document, "signals").Select(signal => signal.Name)],
            document);
    }

    private static IEnumerable<JsonProperty> Members(JsonElement document, string name) =>
        document.TryGetProperty(name, out var members) && members.ValueKind == JsonValueKind.Object ? members.EnumerateObject() : Enumerable.Empty<JsonProperty>();

    private static RpcAccess ReadVerb(JsonElement method) =>
        Enum.GetValues<RpcAccess>().FirstOrDefault(access => RpcVerb.NameOf(access) == ErrorReader.Text(method, "verb"), RpcAccess.Control);
}
